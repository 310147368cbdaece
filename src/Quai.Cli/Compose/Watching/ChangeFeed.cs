using System.Threading.Channels;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Compose.Watching;

/// <summary>Tells of changes beneath paths, gathered until it is quiet for a while.</summary>
internal sealed class ChangeFeed : IDisposable
{
    // An editor, a formatter or a checkout writes several files: they are one change. Where it never becomes quiet, as with a log, it goes on all the same.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500), s_longest = TimeSpan.FromSeconds(5);

    private const int BufferSize = 64 * 1024;

    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly Dictionary<string, FileSystemWatcher> _folders = [];
    private readonly TimeProvider _time;
    private bool _isDisposed;

    /// <summary>Watches from now on.</summary>
    /// <param name="paths">Files and folders, absolute.</param>
    /// <param name="time">The time.</param>
    /// <exception cref="ExitException">There is nothing at a path, or it cannot be watched.</exception>
    public ChangeFeed(IEnumerable<string> paths, TimeProvider time)
    {
        _time = time;
        string[] all = [.. paths.Distinct()];
        try
        {
            foreach (string path in all.Where(path => !all.Any(other => other != path && path.StartsWith(other.TrimEnd('/') + "/", StringComparison.Ordinal) && Directory.Exists(other))))
            {
                Watch(path);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The paths at which something changed next.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ExitException">What is watched can be watched no longer.</exception>
    public async Task<IReadOnlyCollection<string>> NextAsync(CancellationToken cancellation)
    {
        try
        {
            HashSet<string> batch = [await _changes.Reader.ReadAsync(cancellation)];
            long begun = _time.GetTimestamp();
            while (true)
            {
                while (_changes.Reader.TryRead(out string? path))
                {
                    batch.Add(path);
                }

                TimeSpan left = s_longest - _time.GetElapsedTime(begun);
                if (left <= TimeSpan.Zero || !await HasMoreAsync(left < s_quiet ? left : s_quiet, cancellation))
                {
                    return batch;
                }
            }
        }
        catch (ChannelClosedException e)
        {
            throw new ExitException(1, e.InnerException?.Message ?? "watching has ended");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_watchers)
        {
            _isDisposed = true;
            _watchers.ForEach(watcher => watcher.Dispose());
        }
    }

    private async Task<bool> HasMoreAsync(TimeSpan within, CancellationToken cancellation)
    {
        using CancellationTokenSource end = new(within, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            return await _changes.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Watch(string path)
    {
        bool isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
        {
            throw new ExitException(1, $"develop.watch: there is no file or folder {path}: make it, or take its rule out");
        }

        // By the folder that it is in, as another may be put in its place: editors do so with files, version control with folders.
        if (Path.GetDirectoryName(path) is { } parent)
        {
            Open(parent, isRecursive: false, changed => TakeSelf(path, changed), () => TakeSelf(path, path));
        }

        if (isFolder)
        {
            WatchFolder(path);
        }
    }

    private void TakeSelf(string path, string changed)
    {
        if (changed != path)
        {
            return;
        }

        try
        {
            if (Directory.Exists(path))
            {
                WatchFolder(path);
            }

            _changes.Writer.TryWrite(path);
        }
        catch (ExitException e)
        {
            _changes.Writer.TryComplete(e);
        }
    }

    /// <summary>Watches what is in a folder, instead of what was in one of this name before.</summary>
    private void WatchFolder(string path)
    {
        lock (_watchers)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_folders.Remove(path, out FileSystemWatcher? before))
            {
                _watchers.Remove(before);
                before.Dispose();
            }

            _folders[path] = Open(path, isRecursive: true, changed => _changes.Writer.TryWrite(changed), () => _changes.Writer.TryWrite(path));
        }
    }

    /// <summary>Watches a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isRecursive">Whether the folders in it are watched, too.</param>
    /// <param name="take">Gets the paths at which something changed.</param>
    /// <param name="lose">Called when changes were lost: everything counts as changed then.</param>
    private FileSystemWatcher Open(string folder, bool isRecursive, Action<string> take, Action lose)
    {
        FileSystemWatcher watcher = new(folder)
        {
            IncludeSubdirectories = isRecursive,
            InternalBufferSize = BufferSize,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite,
        };
        watcher.Created += (_, change) => take(change.FullPath);
        watcher.Changed += (_, change) => take(change.FullPath);
        watcher.Deleted += (_, change) => take(change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            take(change.OldFullPath);
            take(change.FullPath);
        };
        watcher.Error += (_, error) =>
        {
            if (error.GetException() is InternalBufferOverflowException)
            {
                lose();
            }
            else if (Directory.Exists(folder))
            {
                _changes.Writer.TryComplete(new IOException($"{folder} can be watched no longer: {error.GetException().Message}"));
            }
        };
        lock (_watchers)
        {
            _watchers.Add(watcher);
        }

        try
        {
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            // One that has gone meanwhile is told of by the folder that it was in.
            if (Directory.Exists(folder))
            {
                throw new ExitException(1, $"{folder} cannot be watched: {e.Message}");
            }
        }

        return watcher;
    }
}
