namespace Quai.Plugins;

/// <summary>
/// Threads for calls of plugins. They block, for as long as a plugin lets them wait, so each has a thread of its own: on the pool's, a plugin that hangs would keep others waiting.
/// </summary>
public static class PluginThread
{
    /// <summary>Makes a call. What is under way cannot be cancelled: it ends by its limit.</summary>
    public static Task<T> RunAsync<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(Action call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
