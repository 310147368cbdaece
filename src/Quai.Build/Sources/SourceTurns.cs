using System.Collections.Concurrent;

namespace Quai.Build.Sources;

/// <summary>Has those who want the same thing at the same time go one after the other, so that it is brought once.</summary>
internal sealed class SourceTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>Does something when it is its turn.</summary>
    public async Task<T> RunAsync<T>(string key, Func<Task<T>> work, CancellationToken cancellation)
    {
        SemaphoreSlim turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }
}
