namespace Quai.Cli.Compose.Following;

/// <summary>A line of a container's log.</summary>
/// <param name="Time">When it was written, in RFC 3339 with nanoseconds.</param>
/// <param name="Text">What was written.</param>
/// <param name="IsError">Whether it was written to standard error.</param>
internal sealed record LogLine(string Time, byte[] Text, bool IsError);
