using Quai.Api.Containers;
using Quai.Engine.Containers;
using Quai.Engine.Execs;
using Quai.Errors;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>Execs whose behaviour a test defines.</summary>
internal sealed class FakeExecs : IExecs
{
    public bool Tty { get; set; }

    public Func<ExecStartRequest, IAttachSession> OnStart { get; set; } = _ => throw new InvalidOperationException("no start was expected");

    public List<string> Detached { get; } = [];

    public Task<IdResponse> CreateAsync(string containerId, ExecCreateRequest request, CancellationToken cancellation) => Task.FromResult(new IdResponse("exec-of-" + containerId));

    public Task<IAttachSession> StartAsync(string execId, ExecStartRequest request, CancellationToken cancellation) => Task.FromResult(OnStart(request));

    public Task StartDetachedAsync(string execId, CancellationToken cancellation)
    {
        Detached.Add(execId);
        return Task.CompletedTask;
    }

    public ExecInspect Inspect(string execId) => execId == "nosuch"
        ? throw QuaiException.NotFound($"No such exec instance: {execId}")
        : new ExecInspect { ID = execId, ProcessConfig = new ExecProcessConfig { Tty = Tty } };

    public Task ResizeAsync(string execId, ushort rows, ushort columns, CancellationToken cancellation) => Task.CompletedTask;
}
