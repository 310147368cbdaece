namespace Quai.Networks.Dns.Serving;

/// <summary>What was begun and nobody waits for, until the end.</summary>
internal sealed class OpenWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1;

    /// <summary>Begins something that fails by no exception.</summary>
    public void Start(Func<Task> work)
    {
        Interlocked.Increment(ref _open);
        _ = RunAsync(work);
    }

    /// <summary>Ends when all that was begun has ended. Nothing is begun afterwards.</summary>
    public Task WhenDoneAsync()
    {
        End();
        return _done.Task;
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.SetResult();
        }
    }
}
