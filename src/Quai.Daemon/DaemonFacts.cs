using Quai.Daemon.Configuration;

namespace Quai.Daemon;

/// <summary>What the daemon tells about itself in <c>info</c> and <c>version</c>.</summary>
/// <param name="Id">This installation's id; kept in the data root.</param>
/// <param name="Started">When it started.</param>
/// <param name="Configuration">Its configuration; labels and debug change when it is reloaded.</param>
internal sealed record DaemonFacts(string Id, DateTimeOffset Started, DaemonConfiguration Configuration);
