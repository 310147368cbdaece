namespace Quai.Content.Collecting;

/// <summary>
/// Held for the short while in which something unused is removed, and in which something is put in place or looked up to be used:
/// so nothing is found, or made, that is just being removed.
/// </summary>
public sealed class CollectionGate : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for the gate; disposing the result leaves it.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        await _semaphore.WaitAsync(cancellation).ConfigureAwait(false);
        return new Entered(_semaphore);
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();

    private sealed class Entered(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
