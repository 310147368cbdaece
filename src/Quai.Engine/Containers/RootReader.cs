using System.Text;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers;

/// <summary>Reads <c>/etc/passwd</c> and <c>/etc/group</c> of containers, running or not, without following a link out of their roots.</summary>
internal sealed class RootReader(string mountPoint)
{
    private const int MaximumSize = 4 << 20, Remembered = 32;
    private readonly Dictionary<string, Accounts> _ofImages = [];

    /// <summary>The two files' contents, empty where there is none.</summary>
    public sealed record Accounts(string Passwd, string Group);

    /// <summary>Of a container that does not run. What an image says is remembered: its layers never change.</summary>
    public Accounts Read(string imageId, Snapshot snapshot)
    {
        if (HasOwn(Path.Combine(snapshot.Root, snapshot.Upper, "etc")))
        {
            // Layers overlap here: only overlayfs itself tells for sure what the result is.
            using FileDescriptor root = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work, mountPoint);
            return ReadFrom(root);
        }

        lock (_ofImages)
        {
            if (_ofImages.TryGetValue(imageId, out Accounts? known))
            {
                return known;
            }
        }

        Accounts accounts;
        using (FileDescriptor lower = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, null, null, mountPoint))
        {
            accounts = ReadFrom(lower);
        }

        lock (_ofImages)
        {
            if (_ofImages.Count >= Remembered)
            {
                _ofImages.Clear();
            }

            _ofImages[imageId] = accounts;
        }

        return accounts;
    }

    /// <summary>Of a running container.</summary>
    public static Accounts Read(int pid)
    {
        using FileDescriptor root = RootedFiles.OpenDirectory($"/proc/{pid}/root");
        return ReadFrom(root);
    }

    private static bool HasOwn(string etc) =>
        NodeStatusReader.TryRead(etc) is { } folder
        && (!folder.IsDirectory || NodeStatusReader.TryRead(etc + "/passwd") is not null || NodeStatusReader.TryRead(etc + "/group") is not null);

    /// <summary>Of a root that is open.</summary>
    public static Accounts Read(FileDescriptor root) => ReadFrom(root);

    private static Accounts ReadFrom(FileDescriptor root) => new(ReadText(root, "/etc/passwd"), ReadText(root, "/etc/group"));

    private static string ReadText(FileDescriptor root, string path)
    {
        using FileDescriptor? file = RootedFiles.TryOpen(root, path);
        if (file is null)
        {
            return "";
        }

        // By the link of the descriptor, which leads to this very file: a plain handle would not take one opened without blocking.
        string link = $"/proc/self/fd/{file.Number}";
        if (NodeStatusReader.TryRead(link + "/.") is not null)
        {
            throw QuaiException.System($"read {path}: is a directory");
        }

        using var stream = new FileStream(link, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        if (!stream.CanSeek || stream.Length > MaximumSize)
        {
            throw QuaiException.System($"read {path}: not a regular file of at most {MaximumSize >> 20} MiB");
        }

        byte[] bytes = new byte[stream.Length];
        int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
