namespace Quai.Engine.Containers.State;

/// <summary>A lock that is awaited; dispose what <see cref="EnterAsync"/> returns to leave. Not reentrant.</summary>
internal sealed class AsyncLock : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for the lock.</summary>
    public async ValueTask<Scope> EnterAsync(CancellationToken cancellation = default)
    {
        await _semaphore.WaitAsync(cancellation).ConfigureAwait(false);
        return new Scope(_semaphore);
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();

    /// <summary>The lock while held.</summary>
    public readonly struct Scope(SemaphoreSlim semaphore) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => semaphore.Release();
    }
}
