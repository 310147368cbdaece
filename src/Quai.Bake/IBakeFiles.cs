namespace Quai.Bake;

/// <summary>Where bake files are read from.</summary>
public interface IBakeFiles
{
    /// <summary>A file's text; null where there is no such file. The name <c>-</c> is the standard input.</summary>
    /// <exception cref="BakeException">The file cannot be read.</exception>
    string? Read(string name);
}
