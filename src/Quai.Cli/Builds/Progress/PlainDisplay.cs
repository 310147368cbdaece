using Quai.BuildClient.Progress;
using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows progress as lines that stay.</summary>
internal sealed class PlainDisplay : IBuildDisplay
{
    // What comes in between is shown together.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly ShownBuild _build = new();
    private readonly PlainLog _log;
    private readonly Output _output;
    private readonly DisplayEnd _end;
    private readonly Timer _timer;
    private string _title;

    /// <param name="output">Where it is shown.</param>
    /// <param name="title">What the builder is.</param>
    /// <param name="end">What is shown in the end.</param>
    public PlainDisplay(Output output, string title, DisplayEnd end)
    {
        _output = output;
        _end = end;
        _log = new PlainLog(_build);
        _title = $"#0 {title}\n\n";
        _timer = new Timer(_ => Show(), null, s_pause, s_pause);
    }

    public void Report(ProgressBatch batch)
    {
        lock (_gate)
        {
            _build.Take(batch);
        }
    }

    public void Finish(bool succeeded)
    {
        _timer.Dispose();
        Show();
        lock (_gate)
        {
            _output.Write(_build.Failures());
            _output.Write(_end.Text(_build, succeeded));
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Show()
    {
        lock (_gate)
        {
            if (_log.Next() is { Length: > 0 } text)
            {
                // Not before there is something: what cannot begin has only its error.
                _output.Write(_title + text);
                _title = "";
            }
        }
    }
}
