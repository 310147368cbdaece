namespace Quai.Compose.Loading;

/// <summary>Reads each file once: the standard input cannot be read twice, and a file could change.</summary>
/// <param name="files">Where files are read from.</param>
internal sealed class RecordedFiles(IComposeFiles files) : IComposeFiles
{
    private readonly Dictionary<string, string?> _texts = [];
    private readonly Dictionary<string, string> _fetched = [];

    /// <inheritdoc/>
    public string? Read(string path)
    {
        if (!_texts.TryGetValue(path, out string? text))
        {
            _texts[path] = text = files.Read(path);
        }

        return text;
    }

    /// <inheritdoc/>
    public string Fetch(string address, ComposePlace? place)
    {
        if (!_fetched.TryGetValue(address, out string? path))
        {
            _fetched[address] = path = files.Fetch(address, place);
        }

        return path;
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => files.FileExists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => files.FolderExists(path);
}
