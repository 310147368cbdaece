using System.Formats.Tar;
using System.IO.Pipes;
using Quai.Cli.CommandLine;
using Quai.Linux.Trees;

namespace Quai.Cli.Containers;

/// <summary>Makes and takes apart the tar archives in which <c>cp</c> sends files.</summary>
internal static class CopyArchive
{
    /// <summary>Makes an archive of a file or folder while it is read.</summary>
    /// <param name="path">What to pack.</param>
    /// <param name="name">Its name in the archive; empty packs a folder's contents.</param>
    /// <param name="keepOwner">Keep owners; otherwise everything is root's.</param>
    public static Stream Create(string path, string name, bool keepOwner)
    {
        var reader = new PackStream(new AnonymousPipeServerStream(PipeDirection.In));
        var writer = new AnonymousPipeClientStream(PipeDirection.Out, reader.Pipe.ClientSafePipeHandle);
        new Thread(() =>
        {
            try
            {
                using var tar = new TarWriter(writer, TarEntryFormat.Pax, leaveOpen: true);
                Add(tar, path, name, keepOwner);
            }
            catch (Exception error)
            {
                // Told by the reader when it comes to the end; if it has gone it has its own reason to tell.
                reader.Failure = error;
            }
            finally
            {
                writer.Dispose();
            }
        }) { IsBackground = true, Name = "tar" }.Start();
        return reader;
    }

    /// <summary>Takes an archive apart beneath a place.</summary>
    /// <param name="archive">The archive; its entries share one first name.</param>
    /// <param name="destination">The folder to fill, or the name that the first entry gets.</param>
    /// <param name="inside">Keep the first name, beneath the folder.</param>
    /// <param name="keepOwner">Keep owners.</param>
    /// <exception cref="ExitException">An entry leads outside.</exception>
    public static void Extract(Stream archive, string destination, bool inside, bool keepOwner)
    {
        string root = Path.GetFullPath(destination.TrimEnd('/').Length == 0 ? "/" : destination.TrimEnd('/'));
        using var tar = new TarReader(archive);
        while (tar.GetNextEntry() is { } entry)
        {
            string target = Locate(root, entry.Name, inside);
            if (entry.EntryType is TarEntryType.HardLink)
            {
                File.Delete(target);
                Links.CreateHard(Locate(root, entry.LinkName, inside), target);
                continue;
            }

            if (entry.EntryType is TarEntryType.Directory)
            {
                if (new DirectoryInfo(target) is { Exists: false })
                {
                    Directory.CreateDirectory(target, entry.Mode);
                }

                if (keepOwner)
                {
                    Links.SetOwner(target, entry.Uid, entry.Gid);
                }

                continue;
            }

            if (entry.EntryType is TarEntryType.SymbolicLink)
            {
                File.Delete(target);
                File.CreateSymbolicLink(target, entry.LinkName);
            }
            else
            {
                // Writing over a link would write to what it leads to, which an archive may have chosen.
                File.Delete(target);
                entry.ExtractToFile(target, overwrite: false);
            }

            if (keepOwner)
            {
                Links.SetOwner(target, entry.Uid, entry.Gid);
            }
        }
    }

    private static string Locate(string root, string name, bool inside)
    {
        string bare = name.Trim('/');
        int slash = bare.IndexOf('/', StringComparison.Ordinal);
        string below = inside ? bare : slash < 0 ? "" : bare[(slash + 1)..];
        string target = below.Length == 0 ? root : Path.GetFullPath(Path.Combine(root, below));
        string fence = root == "/" ? root : root + "/";
        if (target != root && !target.StartsWith(fence, StringComparison.Ordinal))
        {
            throw new ExitException(1, $"invalid archive: {name} leads outside of {root}");
        }

        // A link that the archive itself made must not lead a later entry elsewhere.
        for (string? parent = Path.GetDirectoryName(target); parent is not null && parent.Length > root.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new FileInfo(parent).LinkTarget is not null)
            {
                throw new ExitException(1, $"invalid archive: {name} goes through a link");
            }
        }

        return target;
    }

    /// <summary>The reading end of an archive in the making: its end is an error when the making failed.</summary>
    private sealed class PackStream(AnonymousPipeServerStream pipe) : Stream
    {
        private volatile Exception? _failure;

        public AnonymousPipeServerStream Pipe => pipe;

        public Exception? Failure
        {
            set => _failure = value;
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = pipe.Read(buffer);
            return count == 0 && _failure is { } failure ? throw new ExitException(1, failure.Message) : count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            pipe.Dispose();
            base.Dispose(disposing);
        }
    }

    private static void Add(TarWriter tar, string path, string name, bool keepOwner)
    {
        bool isLink = new FileInfo(path).LinkTarget is not null;
        if (name.Length > 0)
        {
            Write(tar, path, name, keepOwner);
        }

        if (isLink || !Directory.Exists(path))
        {
            return;
        }

        foreach (string child in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileName(child);
            Add(tar, child, name.Length == 0 ? file : $"{name}/{file}", keepOwner);
        }
    }

    private static void Write(TarWriter tar, string path, string name, bool keepOwner)
    {
        if (keepOwner)
        {
            tar.WriteEntry(path, name);
            return;
        }

        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        TarEntryType type = info.LinkTarget is not null ? TarEntryType.SymbolicLink : info is DirectoryInfo ? TarEntryType.Directory : TarEntryType.RegularFile;
        var entry = new PaxTarEntry(type, name) { ModificationTime = info.LastWriteTimeUtc };
        if (type == TarEntryType.SymbolicLink)
        {
            entry.LinkName = info.LinkTarget!;
        }
        else
        {
            entry.Mode = info.UnixFileMode;
        }

        using FileStream? content = type == TarEntryType.RegularFile ? File.OpenRead(path) : null;
        if (content is not null)
        {
            entry.DataStream = content;
        }

        tar.WriteEntry(entry);
    }
}
