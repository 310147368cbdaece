namespace Quai.Compose.Tests;

/// <summary>What is loaded, printed, byte for byte as Docker's compose prints it; what it refuses is refused.</summary>
public sealed class CaseTests
{
    [Theory]
    [MemberData(nameof(ComposeCase.All), MemberType = typeof(ComposeCase))]
    public void It_is_printed_as_compose_prints_it(string name)
    {
        ComposeCase one = ComposeCase.Read(name);
        Assert.NotNull(one.Expected);
        string expected = one.Expected.TrimEnd('\n'), printed = ComposeRun.Print(one).TrimEnd('\n');
        if (expected.StartsWith("ERROR: ", StringComparison.Ordinal) && printed.StartsWith("ERROR: ", StringComparison.Ordinal))
        {
            // The words are Quai's own: they name the place, and everything that is wrong.
            return;
        }

        Assert.Equal(expected, printed);
    }
}
