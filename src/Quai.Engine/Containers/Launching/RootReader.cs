using System.Collections.Concurrent;
using System.Text;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Images;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Linux;

namespace Quai.Engine.Containers.Launching;

/// <summary>
/// Reads <c>/etc/passwd</c> and <c>/etc/group</c> of containers, running or not. An image, or a program in the container, chose what they are:
/// only regular files of a bounded size are read, no link leads out of the root, and nothing waits without a bound.
/// </summary>
internal sealed class RootReader(string mountPoint)
{
    private const int MaximumSize = 4 << 20, Remembered = 32;

    // A container with its own file system (FUSE) answers when it likes.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<int, Task> s_stuck = new();
    private readonly Dictionary<string, Accounts> _ofImages = [];

    /// <summary>The two files' contents, empty if there is none.</summary>
    public sealed record Accounts(string Passwd, string Group);

    /// <summary>For a stopped container. An image's contents are cached: its layers never change.</summary>
    public Accounts Read(string imageId, Snapshot snapshot)
    {
        if (HasOwn(Path.Combine(snapshot.Root, snapshot.Upper)))
        {
            // Layers overlap here: only overlayfs itself knows for sure what the result is.
            using FileDescriptor root = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work, mountPoint);
            return Read(root);
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
            accounts = Read(lower);
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

    /// <summary>For a running container: on a separate thread, which is given five seconds. If one is stuck, no second one is started.</summary>
    /// <param name="pid">The container's first process.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<Accounts> ReadAsync(int pid, CancellationToken cancellation)
    {
        if (s_stuck.ContainsKey(pid))
        {
            throw TooSlow(null);
        }

        Task<Accounts> reading = Task.Factory.StartNew(() => Read(pid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await reading.WaitAsync(s_patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            s_stuck.TryAdd(pid, reading);
            _ = reading.ContinueWith(
                static (done, key) =>
                {
                    _ = done.Exception;
                    s_stuck.TryRemove((int)key!, out _);
                },
                pid, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw TooSlow(e);
        }
    }

    /// <summary>For an open root.</summary>
    public static Accounts Read(FileDescriptor root) => new(ReadText(root, "/etc/passwd"), ReadText(root, "/etc/group"));

    private static Accounts Read(int pid)
    {
        using FileDescriptor root = RootedFiles.OpenDirectory($"/proc/{pid}/root");
        return Read(root);
    }

    private static bool HasOwn(string upper)
    {
        using FileDescriptor folder = RootedFiles.OpenDirectory(upper);
        using FileDescriptor? etc = RootedFiles.TryOpenBeneath(folder, "etc");
        if (etc is null || !NodeStatusReader.Read(etc).IsDirectory)
        {
            return etc is not null;
        }

        using FileDescriptor? passwd = RootedFiles.TryOpenBeneath(etc, "passwd"), group = RootedFiles.TryOpenBeneath(etc, "group");
        return passwd is not null || group is not null;
    }

    private static string ReadText(FileDescriptor root, string path) =>
        RootedFiles.TryRead(root, path, MaximumSize) is { } content ? Encoding.UTF8.GetString(content) : "";

    private static QuaiException TooSlow(Exception? inner) =>
        QuaiException.System($"read /etc/passwd: the container's file system did not answer within {s_patience.TotalSeconds} s", inner);
}
