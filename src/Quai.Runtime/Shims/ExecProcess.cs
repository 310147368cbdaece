namespace Quai.Runtime.Shims;

/// <summary>A process that the container's own shim runs beside the first one.</summary>
internal sealed class ExecProcess : IExecProcess
{
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Pid { get; set; }

    public Task<int> Exit => _exit.Task;

    public AttachConnection? Streams { get; set; }

    public void Ended(int code) => _exit.TrySetResult(code);
}
