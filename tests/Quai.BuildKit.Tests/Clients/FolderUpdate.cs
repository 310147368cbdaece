using Quai.Build.Sessions;
using Quai.BuildTransfer;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>Takes what a client sends into a folder.</summary>
internal sealed class FolderUpdate(string root) : IContextUpdate
{
    public List<ContextEntry> Entries { get; } = [];

    public int Opened { get; private set; }

    public Func<ContextEntry, bool> Wants { get; init; } = _ => true;

    public bool Take(ContextEntry entry)
    {
        Entries.Add(entry);
        string path = Path.Combine(root, entry.Path);
        switch (entry.Kind)
        {
            case ContextEntryKind.Directory:
                Directory.CreateDirectory(path);
                return false;
            case ContextEntryKind.Link:
                File.CreateSymbolicLink(path, entry.LinkName);
                return false;
            default:
                return Wants(entry);
        }
    }

    public Stream Open(int index)
    {
        Opened++;
        return new FileStream(Path.Combine(root, Entries[index].Path), FileMode.CreateNew);
    }
}
