namespace Quai.Compose.Tests;

/// <summary>The files of a case.</summary>
internal sealed class CaseFiles(ComposeCase one) : IComposeFiles
{
    private readonly Dictionary<string, string> _files = one.Files.ToDictionary(file => $"{ComposeCase.ProjectFolder}/{file.Key}", file => file.Value);

    public string? Read(string path) => _files.GetValueOrDefault(path);

    public bool FileExists(string path) => _files.ContainsKey(path);

    public bool FolderExists(string path) => _files.Keys.Any(file => file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
}
