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
    private readonly TimeProvider _time;

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
        foreach (FileSystemWatcher watcher in _watchers)
        {
            watcher.Dispose();
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

        // A file is watched by its folder: editors put another in its place.
        FileSystemWatcher watcher = new(isFolder ? path : Path.GetDirectoryName(path)!)
        {
            IncludeSubdirectories = isFolder,
            InternalBufferSize = BufferSize,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite,
        };
        void Take(string changed)
        {
            if (isFolder || changed == path)
            {
                _changes.Writer.TryWrite(changed);
            }
        }

        watcher.Created += (_, change) => Take(change.FullPath);
        watcher.Changed += (_, change) => Take(change.FullPath);
        watcher.Deleted += (_, change) => Take(change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            Take(change.OldFullPath);
            Take(change.FullPath);
        };
        watcher.Error += (_, error) =>
        {
            if (error.GetException() is InternalBufferOverflowException)
            {
                // Some changes were lost: everything counts as changed.
                Take(path);
            }
            else
            {
                _changes.Writer.TryComplete(new IOException($"{path} can be watched no longer: {error.GetException().Message}"));
            }
        };
        _watchers.Add(watcher);
        try
        {
            watcher.EnableRaisingEvents = true;
        }
        catch (IOException e)
        {
            throw new ExitException(1, $"{path} cannot be watched: {e.Message}");
        }
    }
}
