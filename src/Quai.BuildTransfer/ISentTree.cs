namespace Quai.BuildTransfer;

/// <summary>A tree of files that a client is to take.</summary>
public interface ISentTree
{
    /// <summary>All entries, parents before what is in them, in the order of their paths (compared component by component).</summary>
    IEnumerable<ContextEntry> Entries();

    /// <summary>Opens a regular file for reading.</summary>
    /// <param name="path">The path of an entry.</param>
    Stream Open(string path);
}
