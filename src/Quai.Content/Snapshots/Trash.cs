using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Modes;

namespace Quai.Content.Snapshots;

/// <summary>
/// Deletes snapshots in the background. A directory is first renamed into the trash folder, which is quick and survives
/// a crash; one thread empties the trash, also at start.
/// </summary>
internal sealed partial class Trash : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly FileDescriptor _folder;
    private readonly FileDescriptor _snapshots;
    private readonly ILogger _logger;
    private readonly Channel<string> _names = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _emptying;
    private volatile bool _ended;

    /// <param name="path">The trash folder.</param>
    /// <param name="snapshots">The folder that snapshots are in, on the same file system.</param>
    /// <param name="logger">Receives what cannot be deleted.</param>
    public Trash(string path, string snapshots, ILogger logger)
    {
        _path = path;
        _logger = logger;
        PrivateFolder.Make(path);
        _folder = FileCalls.OpenDirectory(path);
        _snapshots = FileCalls.OpenDirectory(snapshots);
        _emptying = Task.Run(EmptyAsync);
    }

    /// <summary>Moves a snapshot's directory to the trash; it may be gone already.</summary>
    public void Throw(string name)
    {
        try
        {
            FileCalls.Rename(_snapshots.Number, name, _folder.Number, name);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return;
        }
        catch (LinuxException e)
        {
            // Such as EBUSY while something is mounted in it: the sweep at the next start tries again.
            LogNotDeleted(_logger, name, e);
            return;
        }

        _names.Writer.TryWrite(name);
    }

    /// <summary>At start: deletes what the last run left.</summary>
    public void Sweep()
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(_path))
        {
            _names.Writer.TryWrite(Path.GetFileName(entry));
        }
    }

    /// <summary>Ends when the trash is empty, or soon: the rest is left to the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _names.Writer.TryComplete();
        if (await Task.WhenAny(_emptying, Task.Delay(s_patience)).ConfigureAwait(false) != _emptying)
        {
            // The folder stays open for the thread that uses it: it ends with the process.
            _ended = true;
            return;
        }

        _folder.Dispose();
        _snapshots.Dispose();
    }

    private async Task EmptyAsync()
    {
        await foreach (string name in _names.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_ended)
            {
                return;
            }

            try
            {
                FileCalls.RemoveTree(_folder.Number, name);
            }
            catch (Exception e) when (e is LinuxException or InsufficientExecutionStackException)
            {
                LogNotDeleted(_logger, name, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the files of removed snapshot {Name} cannot be deleted now")]
    private static partial void LogNotDeleted(ILogger logger, string name, Exception exception);
}
