namespace Quai.Cli.Compose.Display;

/// <summary>How progress is shown.</summary>
internal enum ProgressMode
{
    /// <summary>A line for each thing, which changes.</summary>
    Terminal,

    /// <summary>A line for each event.</summary>
    Plain,

    /// <summary>A line of JSON for each event.</summary>
    Json,

    /// <summary>Not at all.</summary>
    Quiet,
}
