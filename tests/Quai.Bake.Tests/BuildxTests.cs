namespace Quai.Bake.Tests;

/// <summary>What the cases expect is what buildx itself prints.</summary>
public sealed class BuildxTests
{
    [BuildxTheory]
    [MemberData(nameof(BakeCase.All), MemberType = typeof(BakeCase))]
    public void Buildx_prints_what_is_expected(string name)
    {
        BakeCase one = BakeCase.Read(name);
        string printed = Buildx.Print(one);
        if (Environment.GetEnvironmentVariable("QUAI_BAKE_CASES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, name + ".txt"), one.With(printed));
            return;
        }

        // It goes over the keys of a matrix in an order that changes from call to call; what is expected is the usual one.
        string? expected = one.Expected?.TrimEnd('\n');
        for (int i = 0; i < 10 && printed != expected; i++)
        {
            printed = Buildx.Print(one);
        }

        Assert.Equal(expected, printed);
    }
}
