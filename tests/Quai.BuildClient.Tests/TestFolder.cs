namespace Quai.BuildClient.Tests;

/// <summary>A folder that is removed in the end.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("quai-build-client-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public TestFolder Write(string name, string text = "")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
