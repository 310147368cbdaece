namespace Quai.Archives;

/// <summary>Runs work that descends into trees, each on a thread of its own, with a stack large enough for the deepest.</summary>
public static class DeepThread
{
    private const int StackSize = 8 << 20;

    /// <summary>Runs it.</summary>
    /// <param name="name">The thread's name, for those who look at the process.</param>
    /// <param name="work">The work; what it throws is what the task fails with.</param>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            StackSize) { IsBackground = true, Name = name }.Start();
        return done.Task;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(string name, Action work) => RunAsync(
        name,
        () =>
        {
            work();
            return true;
        });
}
