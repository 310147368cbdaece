namespace Quai.Build;

/// <summary>Has those who want the same thing at the same time go one after the other, so that it is made or brought once. What nobody wants any more is forgotten.</summary>
internal sealed class Turns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (SemaphoreSlim Semaphore, int Users)> _turns = [];

    /// <summary>Does something when it is its turn.</summary>
    public async Task<T> RunAsync<T>(string key, Func<Task<T>> work, CancellationToken cancellation)
    {
        using IDisposable turn = await EnterAsync(key, cancellation).ConfigureAwait(false);
        return await work().ConfigureAwait(false);
    }

    /// <summary>Waits for one's turn, which lasts until the answer is disposed.</summary>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellation)
    {
        SemaphoreSlim semaphore;
        lock (_lock)
        {
            (semaphore, int users) = _turns.TryGetValue(key, out (SemaphoreSlim Semaphore, int Users) known) ? known : (new SemaphoreSlim(1, 1), 0);
            _turns[key] = (semaphore, users + 1);
        }

        try
        {
            await semaphore.WaitAsync(cancellation).ConfigureAwait(false);
            return new Turn(this, key);
        }
        catch
        {
            Leave(key);
            throw;
        }
    }

    private SemaphoreSlim Leave(string key)
    {
        lock (_lock)
        {
            (SemaphoreSlim semaphore, int users) = _turns[key];
            if (users == 1)
            {
                _turns.Remove(key);
            }
            else
            {
                _turns[key] = (semaphore, users - 1);
            }

            return semaphore;
        }
    }

    private sealed class Turn(Turns turns, string key) : IDisposable
    {
        public void Dispose() => turns.Leave(key).Release();
    }
}
