using Quai.Linux;

namespace Quai.Daemon.Hosting;

/// <summary>
/// Detects when a half-closed client goes away for good. One thread for all of them, started with the first:
/// most daemons never see one.
/// </summary>
#pragma warning disable CA1001 // lives as long as the process; its thread waits on the set for ever
internal sealed class HangupWatcher
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Action> _waiting = [];
    private HangupPoll? _poll;
    private long _next;

    /// <summary>Calls <paramref name="gone"/> once when the peer of the socket has gone, unless the result is disposed before.</summary>
    public IDisposable Watch(int fd, Action gone)
    {
        lock (_gate)
        {
            if (_poll is null)
            {
                _poll = new HangupPoll();
                new Thread(Run, 128 * 1024) { IsBackground = true, Name = "hangups" }.Start();
            }

            long token = ++_next;
            _waiting.Add(token, gone);
            try
            {
                _poll.Add(fd, token);
            }
            catch
            {
                _waiting.Remove(token);
                throw;
            }

            return new Watched(this, fd, token);
        }
    }

    private void Run()
    {
        Span<long> tokens = stackalloc long[16];
        while (true)
        {
            int count = _poll!.Wait(tokens);
            foreach (long token in tokens[..count])
            {
                Action? gone;
                lock (_gate)
                {
                    _waiting.Remove(token, out gone);
                }

                if (gone is not null)
                {
                    // The callback must not block this thread.
                    ThreadPool.UnsafeQueueUserWorkItem(static action => action(), gone, preferLocal: false);
                }
            }
        }
    }

    private sealed class Watched(HangupWatcher owner, int fd, long token) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                if (owner._waiting.Remove(token))
                {
                    owner._poll!.Remove(fd);
                }
            }
        }
    }
}
