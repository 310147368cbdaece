namespace Quai.Bake.Tests;

/// <summary>What is read from files, printed, byte for byte as buildx prints it.</summary>
public sealed class CaseTests
{
    [Theory]
    [MemberData(nameof(BakeCase.All), MemberType = typeof(BakeCase))]
    public void It_is_printed_as_buildx_prints_it(string name)
    {
        BakeCase one = BakeCase.Read(name);
        Assert.NotNull(one.Expected);
        Assert.Equal(one.Expected.TrimEnd('\n'), BakeRun.Print(one));
    }
}
