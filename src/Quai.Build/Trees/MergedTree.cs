using System.Text;
using Quai.Build.Layers;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// The files of a stack of layers, read as overlayfs would show them but without mounting anything. Paths are of the tree's own: links in them lead nowhere else.
/// </summary>
/// <param name="directories">The layers' folders, topmost first.</param>
internal sealed class MergedTree(IReadOnlyList<string> directories)
{
    private const int MostLinks = 255;

    /// <summary>The tree of a stack.</summary>
    public MergedTree(LayerStack stack)
        : this(stack.Directories)
    {
    }

    /// <summary>Opens the root.</summary>
    public MergedDirectory OpenRoot() => MergedDirectory.Root(directories);

    /// <summary>A name as the kernel takes it.</summary>
    public static byte[] Name(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    /// <summary>A name for people, and for paths.</summary>
    public static string Text(byte[] name) => Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1));

    /// <summary>A path without <c>.</c>, <c>..</c> and empty parts, that begins with a slash.</summary>
    public static string Clean(string path) => SlashPaths.Clean("/" + path);

    /// <summary>Where a path leads: its links are followed, the last one if wanted. What does not exist stays as it is written.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLast">Whether a link that the path itself is is followed.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: there are too many links.</exception>
    public string Resolve(string path, bool followLast = true)
    {
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        List<string> done = [];
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                if (done.Count > 0)
                {
                    done.RemoveAt(done.Count - 1);
                }

                continue;
            }

            if ((left.Count == 0 && !followLast) || LinkAt(done, part) is not { } target)
            {
                done.Add(part);
                continue;
            }

            if (++links > MostLinks)
            {
                throw QuaiException.Invalid($"{path}: too many levels of symbolic links");
            }

            if (target.StartsWith('/'))
            {
                done.Clear();
            }

            foreach (string next in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                left.Push(next);
            }
        }

        return "/" + string.Join('/', done);
    }

    /// <summary>What is at a path without links; null for nothing.</summary>
    public NodeStatus? Status(string path)
    {
        if (path == "/")
        {
            using MergedDirectory root = OpenRoot();
            return root.Top is { } top ? NodeStatusReader.Read(top) : new NodeStatus(0x41ed, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0);
        }

        using MergedDirectory? parent = OpenDirectory(Parent(path));
        return parent?.Find(Name(Base(path)))?.Status;
    }

    /// <summary>Opens a directory by a path without links; null where there is none.</summary>
    public MergedDirectory? OpenDirectory(string path)
    {
        MergedDirectory current = OpenRoot();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            MergedDirectory? next = current.OpenDirectory(Name(part));
            current.Dispose();
            if (next is null)
            {
                return null;
            }

            current = next;
        }

        return current;
    }

    /// <summary>Opens a regular file by a path without links; null where there is none.</summary>
    public FileDescriptor? OpenFile(string path)
    {
        using MergedDirectory? parent = OpenDirectory(Parent(path));
        byte[] name = Name(Base(path));
        return parent?.Find(name) is { Status.IsRegular: true } entry ? parent.OpenFile(name, entry) : null;
    }

    /// <summary>The text of a small regular file; empty where there is none.</summary>
    public string ReadText(string path, int limit)
    {
        using FileDescriptor? file = OpenFile(Resolve(path));
        if (file is null)
        {
            return "";
        }

        using var stream = new DescriptorStream(file);
        byte[] bytes = new byte[limit];
        return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, limit, throwOnEndOfStream: false));
    }

    /// <summary>The directory that a path is in.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";

    /// <summary>The last part of a path.</summary>
    public static string Base(string path) => path[(path.LastIndexOf('/') + 1)..];

    private string? LinkAt(List<string> directory, string name)
    {
        using MergedDirectory? parent = OpenDirectory(string.Join('/', directory));
        byte[] bytes = Name(name);
        return parent?.Find(bytes) is { Status.IsLink: true } entry && parent.ReadLink(bytes, entry) is { } target ? Encoding.UTF8.GetString(target) : null;
    }
}
