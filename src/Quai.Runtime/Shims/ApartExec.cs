using Quai.Linux.Kernel;

namespace Quai.Runtime.Shims;

/// <summary>A process in a container, with its own separate shim, because the container's shim has an older version.</summary>
internal sealed class ApartExec : IExecProcess
{
    private readonly IShim _shim;

    /// <param name="shim">Its shim, whose first process it is.</param>
    /// <param name="ended">Called once it has ended and the shim is released.</param>
    public ApartExec(IShim shim, Action ended)
    {
        _shim = shim;
        Exit = EndAsync(ended);
    }

    /// <inheritdoc/>
    public int Pid => _shim.Pid;

    /// <inheritdoc/>
    public Task<int> Exit { get; }

    /// <inheritdoc/>
    public AttachConnection? Streams => _shim.InitialAttach;

    /// <summary>Sets its terminal's size.</summary>
    public Task ResizeAsync(ushort rows, ushort columns, CancellationToken cancellation) => _shim.ResizeAsync(null, rows, columns, cancellation);

    private async Task<int> EndAsync(Action ended)
    {
        try
        {
            return (await _shim.Exit.ConfigureAwait(false)).ExitCode;
        }
        catch (ShimLostException)
        {
            return 128 + ProcessConstants.SIGKILL;
        }
        finally
        {
            await _shim.DisposeAsync().ConfigureAwait(false);
            ended();
        }
    }
}
