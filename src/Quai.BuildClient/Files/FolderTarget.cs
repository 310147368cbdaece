using Quai.BuildTransfer;
using Quai.Dockerfiles.Ignoring;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.BuildClient.Files;

/// <summary>
/// A folder of this machine into which a builder sends its result. What is there stays, but for what has the name of something that is sent; a file is complete
/// before it has its name.
/// </summary>
/// <param name="root">The folder, which there is.</param>
internal sealed class FolderTarget(string root) : IContextUpdate
{
    private const string Unfinished = ".quai-part";

    private readonly List<ContextEntry> _entries = [];

    /// <inheritdoc/>
    public bool Take(ContextEntry entry)
    {
        if (SlashPaths.Clean("/" + entry.Path)[1..] != entry.Path || entry.Path.Length == 0)
        {
            throw QuaiException.Invalid($"the builder sent a file with the path \"{entry.Path}\"");
        }

        _entries.Add(entry);
        string path = Place(entry.Path);
        CheckParents(entry.Path);
        switch (entry.Kind)
        {
            case ContextEntryKind.Directory:
                if (NodeStatusReader.TryRead(path) is not { IsDirectory: true })
                {
                    Remove(path);
                    Directory.CreateDirectory(path);
                }

                return false;
            case ContextEntryKind.Link:
                Remove(path);
                File.CreateSymbolicLink(path, entry.LinkName);
                File.SetLastWriteTimeUtc(path, Moment(entry));
                return false;
            case ContextEntryKind.File when entry.LinkName.Length > 0:
                // Of a file whose content may still be on the way.
                return false;
            case ContextEntryKind.File:
                return true;
            default:
                // Devices and pipes are of no use to who wants files.
                return false;
        }
    }

    /// <inheritdoc/>
    public Stream Open(int index) => new Part(this, _entries[index]);

    /// <summary>Makes further names of files, and gives directories the modes and times that were sent, once nothing in them changes any more.</summary>
    public void Finish()
    {
        foreach (ContextEntry name in _entries.Where(e => e.Kind == ContextEntryKind.File && e.LinkName.Length > 0))
        {
            string original = SlashPaths.Clean("/" + name.LinkName)[1..];
            CheckParents(original);
            CheckParents(name.Path);
            Remove(Place(name.Path));
            Links.CreateHard(Place(original), Place(name.Path));
        }

        foreach (ContextEntry directory in _entries.Where(e => e.Kind == ContextEntryKind.Directory).Reverse())
        {
            Directory.SetLastWriteTimeUtc(Place(directory.Path), Moment(directory));
            File.SetUnixFileMode(Place(directory.Path), (UnixFileMode)directory.Mode);
        }
    }

    private static DateTime Moment(ContextEntry entry) => DateTime.UnixEpoch.AddTicks(entry.ModifiedAt / 100);

    private string Place(string path) => Path.Combine(root, path);

    // A link that was there before, or that was sent, leads nowhere that this writes.
    private void CheckParents(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            string parent = path[..slash];
            if (NodeStatusReader.TryRead(Place(parent)) is not { IsDirectory: true })
            {
                throw QuaiException.Invalid($"{Place(parent)} is not a directory");
            }
        }
    }

    private static void Remove(string path)
    {
        if (NodeStatusReader.TryRead(path) is { IsDirectory: true })
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private sealed class Part : Stream
    {
        private readonly FolderTarget _target;
        private readonly ContextEntry _entry;
        private readonly string _path;
        private readonly FileStream _file;
        private bool _whole;

        public Part(FolderTarget target, ContextEntry entry)
        {
            _target = target;
            _entry = entry;
            string place = target.Place(entry.Path);
            _path = Path.Combine(Path.GetDirectoryName(place)!, $"{Unfinished}-{Guid.NewGuid():N}");
            _file = new FileStream(_path, FileMode.CreateNew, FileAccess.Write);
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => _file.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => _file.Write(buffer);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _file.Write(buffer.Span);
            return default;
        }

        public override void Flush() => _whole = true;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (_whole)
                {
                    _file.Flush();
                    SetAttributes();
                    _file.Dispose();
                    File.SetUnixFileMode(_path, (UnixFileMode)_entry.Mode);
                    File.SetLastWriteTimeUtc(_path, Moment(_entry));
                    string place = _target.Place(_entry.Path);
                    if (NodeStatusReader.TryRead(place) is { IsDirectory: true })
                    {
                        Remove(place);
                    }

                    File.Move(_path, place, overwrite: true);
                }
                else
                {
                    _file.Dispose();
                    File.Delete(_path);
                }
            }

            base.Dispose(disposing);
        }

        // Those of security are root's to set; a file system may have none.
        private void SetAttributes()
        {
            foreach ((string name, byte[] value) in _entry.Attributes)
            {
                int errno = Xattrs.TrySet(_file.SafeFileHandle, name, value);
                if (errno is not (0 or Errno.EPERM or Errno.EOPNOTSUPP))
                {
                    throw new LinuxException("fsetxattr", errno, _entry.Path);
                }
            }
        }
    }
}
