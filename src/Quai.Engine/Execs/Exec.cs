using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Runtime;

namespace Quai.Engine.Execs;

/// <summary>One further process of a container: created, then started, then ended.</summary>
internal sealed class Exec(string id, Container container, ExecCreateRequest request)
{
    public string Id => id;

    public Container Container => container;

    public ExecCreateRequest Request => request;

    /// <summary>0 until somebody starts it.</summary>
    public int StartClaimed;

    public IExecProcess? Process { get; set; }

    /// <summary>Set once it has ended or could not be started.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Completes when <see cref="ExitCode"/> is set.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset? EndedAt { get; set; }

    public bool Running => Process is not null && ExitCode is null;

    /// <summary>
    /// Program and arguments, as shown in its events: at most <see cref="LongestCommand"/> characters, since events are kept, and an image's
    /// health check causes three each time.
    /// </summary>
    public string Command { get; } = Shorten(string.Join(' ', request.Cmd ?? []));

    private const int LongestCommand = 16 << 10;

    private static string Shorten(string command) => command.Length > LongestCommand ? command[..LongestCommand] + "…" : command;
}
