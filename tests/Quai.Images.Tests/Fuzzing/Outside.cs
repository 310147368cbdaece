namespace Quai.Images.Tests.Fuzzing;

/// <summary>A folder that nothing may reach.</summary>
internal sealed class Outside : IDisposable
{
    public Outside(string parent)
    {
        Path = System.IO.Path.Combine(parent, "outside");
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, "secret"), "untouched");
    }

    public string Path { get; }

    public void AssertUntouched()
    {
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(System.IO.Path.Combine(Path, "secret")));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
