using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Quai.Linux.Watching;

/// <summary>
/// Reports when something in a directory changes (inotify). All watches of a process share one descriptor and one thread,
/// which exists only while somebody watches.
/// </summary>
public sealed partial class DirectoryWatcher
{
    private const uint Modify = 2, MovedTo = 0x80, Create = 0x100, DeleteSelf = 0x400, Overflow = 0x4000, Ignored = 0x8000;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<Watch>> _watches = [];
    private FileDescriptor? _inotify;

    /// <summary>The process's only watcher.</summary>
    public static DirectoryWatcher Shared { get; } = new();

    /// <summary>Starts watching a directory for files written, created or renamed into it.</summary>
    /// <exception cref="LinuxException">The directory does not exist, or the limit of watches is reached.</exception>
    public Watch Start(string directory)
    {
        lock (_lock)
        {
            bool first = _inotify is null;
            if (first)
            {
                int fd = Initialize(0x80000);
                _inotify = fd < 0 ? throw LinuxException.FromLastError("inotify_init1") : new FileDescriptor(fd);
            }

            int id = AddWatch(_inotify!.Number, directory, Modify | MovedTo | Create | DeleteSelf);
            if (id < 0)
            {
                LinuxException error = LinuxException.FromLastError("inotify_add_watch", directory);
                if (first)
                {
                    _inotify.Dispose();
                    _inotify = null;
                }

                throw error;
            }

            var watch = new Watch(this, id);
            if (!_watches.TryGetValue(id, out List<Watch>? list))
            {
                _watches[id] = list = [];
            }

            list.Add(watch);
            if (first)
            {
                FileDescriptor inotify = _inotify;
                new Thread(() => Run(inotify), 128 << 10) { IsBackground = true, Name = "inotify" }.Start();
            }

            return watch;
        }
    }

    private void Stop(Watch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(watch.Id, out List<Watch>? list) && list.Remove(watch) && list.Count == 0)
            {
                _watches.Remove(watch.Id);

                // Causes an IN_IGNORED event, which wakes the thread so that it can see whether it is still needed.
                _ = RemoveWatch(_inotify!.Number, watch.Id);
            }
        }
    }

    private unsafe void Run(FileDescriptor inotify)
    {
        Span<byte> buffer = stackalloc byte[8192];
        while (true)
        {
            nint count;
            fixed (byte* pointer = buffer)
            {
                count = Read(inotify.Number, pointer, (nuint)buffer.Length);
            }

            lock (_lock)
            {
                int at = 0;
                while (at + 16 <= count)
                {
                    int id = BinaryPrimitives.ReadInt32LittleEndian(buffer[at..]);
                    uint mask = BinaryPrimitives.ReadUInt32LittleEndian(buffer[(at + 4)..]);
                    at += 16 + (int)BinaryPrimitives.ReadUInt32LittleEndian(buffer[(at + 12)..]);
                    if ((mask & Overflow) != 0)
                    {
                        // One directory changes faster than this is read: the others' events are lost.
                        foreach (Watch watch in _watches.Values.SelectMany(w => w))
                        {
                            watch.Signal(gone: false);
                        }
                    }
                    else if (_watches.TryGetValue(id, out List<Watch>? list))
                    {
                        foreach (Watch watch in list)
                        {
                            watch.Signal((mask & (DeleteSelf | Ignored)) != 0);
                        }

                        if ((mask & Ignored) != 0)
                        {
                            _watches.Remove(id);
                        }
                    }
                }

                if (_watches.Count == 0)
                {
                    _inotify = null;
                    inotify.Dispose();
                    return;
                }
            }
        }
    }

    /// <summary>One watch; dispose it to stop.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly DirectoryWatcher _owner;
        private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        internal Watch(DirectoryWatcher owner, int id)
        {
            _owner = owner;
            Id = id;
        }

        internal int Id { get; }

        /// <summary>Waits until something has changed since the last wait; false if the directory is gone.</summary>
        public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
        {
            if (!await _changes.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                return false;
            }

            _changes.Reader.TryRead(out _);
            return true;
        }

        internal void Signal(bool gone)
        {
            _changes.Writer.TryWrite(true);
            if (gone)
            {
                _changes.Writer.TryComplete();
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _owner.Stop(this);
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Initialize(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int fd, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int RemoveWatch(int fd, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(int fd, byte* buffer, nuint size);
}
