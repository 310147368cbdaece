namespace Quai.Content.Collecting;

/// <summary>
/// Held briefly while something unused is removed, and while something is put in place or looked up for use:
/// nothing can be found, or created, while it is being removed.
/// </summary>
public sealed class CollectionGate : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for the gate; disposing the result releases it.</summary>
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
