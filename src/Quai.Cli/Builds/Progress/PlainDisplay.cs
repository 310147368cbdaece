using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows progress as lines that stay.</summary>
internal sealed class PlainDisplay : TimedDisplay
{
    // What comes in between is shown together.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly PlainLog _log;
    private string _title;

    /// <param name="output">Where it is shown.</param>
    /// <param name="title">What the builder is.</param>
    /// <param name="end">What is shown in the end.</param>
    public PlainDisplay(Output output, string title, DisplayEnd end)
        : base(output, end)
    {
        _log = new PlainLog(Build);
        _title = $"#0 {title}\n\n";
        Begin(s_pause, s_pause);
    }

    /// <inheritdoc/>
    protected override void Show(bool all)
    {
        if (_log.Next() is { Length: > 0 } text)
        {
            // Not before there is something: what cannot begin has only its error.
            Output.Write(_title + text);
            _title = "";
        }
    }
}
