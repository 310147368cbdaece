using Quai.BuildClient.Progress;
using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Progress;

/// <summary>A display that shows now and then what has happened meanwhile.</summary>
/// <param name="output">Where it is shown.</param>
/// <param name="end">What is shown in the end.</param>
internal abstract class TimedDisplay(Output output, DisplayEnd end) : IBuildDisplay
{
    private readonly Lock _gate = new();
    private Timer? _timer;
    private bool _isFinished;

    /// <summary>Where it is shown.</summary>
    protected Output Output => output;

    /// <summary>What is shown.</summary>
    protected ShownBuild Build { get; } = new();

    /// <inheritdoc/>
    public void Report(ProgressBatch batch)
    {
        lock (_gate)
        {
            Build.Take(batch);
        }
    }

    /// <inheritdoc/>
    public void Finish(bool succeeded)
    {
        Dispose();
        lock (_gate)
        {
            if (_isFinished)
            {
                return;
            }

            _isFinished = true;
            Show(all: true);
            output.Write(Build.Failures());
            output.Write(end.Text(Build, succeeded));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <summary>Begins to show, once the display is ready.</summary>
    /// <param name="first">When it shows for the first time.</param>
    /// <param name="pause">How long it waits in between.</param>
    protected void Begin(TimeSpan first, TimeSpan pause) => _timer = new Timer(_ => ShowNow(), null, first, pause);

    /// <summary>Shows what is new; never twice at the same time, nor while something is reported.</summary>
    /// <param name="all">Whether it is the last time.</param>
    protected abstract void Show(bool all);

    private void ShowNow()
    {
        lock (_gate)
        {
            Show(all: false);
        }
    }
}
