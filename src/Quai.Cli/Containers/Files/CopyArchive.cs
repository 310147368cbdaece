using Quai.Cli.CommandLine;
using System.Text;
using Quai.Archives;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Cli.Containers.Files;

/// <summary>Creates and extracts the tar archives in which <c>cp</c> sends files.</summary>
internal static class CopyArchive
{
    private const int StackSize = 8 << 20;

    /// <summary>Inspects a source on this machine: links in its path are followed, one at its end only if requested or if a slash comes after it.</summary>
    /// <exception cref="ExitException">It does not exist.</exception>
    public static CopySide Look(string path, bool follow)
    {
        string rename = "", resolved;
        using FileDescriptor root = FileCalls.OpenDirectory("/");
        if (follow)
        {
            (resolved, rename) = CopyPaths.Follow(path, ScopedPath.Evaluate(root, path));
        }
        else
        {
            int slash = path.LastIndexOf('/');
            string folder = ScopedPath.Evaluate(root, path[..(slash + 1)]);
            resolved = $"{(folder == "/" ? "" : folder)}/{path[(slash + 1)..]}";
            rename = path.EndsWith('/') && CopyPaths.Base(path) != CopyPaths.Base(resolved) ? CopyPaths.Base(path) : "";
        }

        NodeStatus? status = NodeStatusReader.TryRead(resolved);
        return status is { } found ? new CopySide(resolved, true, found.IsDirectory, rename) : throw new ExitException(1, $"lstat {resolved}: no such file or directory");
    }

    /// <summary>Inspects a destination on this machine; links are followed, even dangling ones.</summary>
    /// <exception cref="ExitException">Its parent folder does not exist.</exception>
    public static CopySide LookDestination(string path)
    {
        NodeStatus? status = NodeStatusReader.TryRead(path);
        if (status is { IsLink: true })
        {
            using FileDescriptor root = FileCalls.OpenDirectory("/");
            path = CopyPaths.Follow(path, ScopedPath.Evaluate(root, path)).Path;
            status = NodeStatusReader.TryRead(path);
        }

        if (status is null && !Directory.Exists(CopyPaths.Folder(path)))
        {
            throw new ExitException(1, File.Exists(CopyPaths.Folder(path)) ? "not a directory" : $"lstat {CopyPaths.Folder(path)}: no such file or directory");
        }

        return new CopySide(path, status is not null, status is { IsDirectory: true });
    }

    /// <summary>Creates an archive of a source while it is read.</summary>
    /// <param name="source">What to pack.</param>
    /// <param name="name">The name of its first entry.</param>
    public static Stream Create(CopySide source, string name)
    {
        var archive = new HandoverStream();
        new Thread(
            () =>
            {
                try
                {
                    Pack(source, name, new TarWriter(new HandingStream(archive)));
                    archive.Complete();
                }
                catch (OperationCanceledException)
                {
                    // The reader has gone and reports its own reason.
                }
                catch (Exception error)
                {
                    archive.Complete(new ExitException(1, error.Message));
                }
            },
            StackSize) { IsBackground = true, Name = "tar" }.Start();
        return archive;
    }

    /// <summary>Extracts an archive.</summary>
    /// <param name="archive">The archive; its first entry, and everything beneath it, begins with <paramref name="from"/>.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="from">The first entry's name.</param>
    /// <param name="to">The name that replaces it.</param>
    /// <param name="keepOwner">Keep owners.</param>
    /// <exception cref="ExitException">The archive is broken, leads outside the folder, or cannot be written there.</exception>
    public static void Extract(Stream archive, string folder, string from, string to, bool keepOwner)
    {
        // The folder is treated as the root: a link in the archive, if written through, leads nowhere else.
        using FileDescriptor root = FileCalls.OpenDirectory(folder);
        var options = new TreeExtractorOptions
        {
            NoOverwriteDirNonDir = true,
            NoOwner = !keepOwner,
            Rebase = from == to ? null : (Encoding.UTF8.GetBytes(from == "/" ? "" : from), Encoding.UTF8.GetBytes(to)),
        };
        using var extractor = new TreeExtractor(root, "/", options);
        var reader = new TarReader(archive);
        try
        {
            extractor.Extract(reader, CancellationToken.None);
            reader.Drain();
        }
        catch (Exception error) when (error is QuaiException or LinuxException)
        {
            throw new ExitException(1, error.Message);
        }
    }

    private static void Pack(CopySide source, string name, TarWriter tar)
    {
        var packer = new TreePacker(tar, TreePackerOptions.Plain, CancellationToken.None);
        if (source.IsFolder)
        {
            using FileDescriptor folder = FileCalls.OpenDirectory(source.Path);
            packer.PackDirectory(folder, Encoding.UTF8.GetBytes(name));
        }
        else
        {
            using FileDescriptor folder = FileCalls.OpenDirectory(CopyPaths.Folder(source.Path));
            packer.Pack(folder.Number, Encoding.UTF8.GetBytes(CopyPaths.Base(source.Path) + '\0'), Encoding.UTF8.GetBytes(name));
        }

        tar.Finish();
    }

    /// <summary>The writing end of an archive being created.</summary>
    private sealed class HandingStream(HandoverStream archive) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => archive.Enqueue(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
