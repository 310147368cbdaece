namespace Quai.Compose.Tests;

/// <summary>What the cases expect is what Docker's compose itself prints.</summary>
[Collection(nameof(DockerCompose))]
public sealed class DockerComposeTests
{
    [DockerComposeTheory]
    [MemberData(nameof(ComposeCase.All), MemberType = typeof(ComposeCase))]
    public void Compose_prints_what_is_expected(string name)
    {
        ComposeCase one = ComposeCase.Read(name);
        string printed = DockerCompose.Print(one);
        if (Environment.GetEnvironmentVariable("QUAI_COMPOSE_CASES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, name + ".txt"), one.With(printed));
            return;
        }

        // Of several faults it tells one, which one is chance.
        const string Refusal = "ERROR: ";
        string? expected = one.Expected?.TrimEnd('\n');
        Assert.Equal(expected?.StartsWith(Refusal, StringComparison.Ordinal) == true && printed.StartsWith(Refusal, StringComparison.Ordinal) ? printed : expected, printed);
    }
}
