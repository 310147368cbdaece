using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.BuildProtocol.Llb;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.BuildKit.Tests.Fakes;

/// <summary>A job of which tests see what was asked of it.</summary>
internal sealed class FakeJob(FakeBuilder builder, BuildJobOptions options) : IBuildJob
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<BuildEvent> _past = [];
    private readonly List<Channel<BuildEvent>> _watchers = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public BuildJobOptions Options => options;

    public string Id => options.Id;

    public CancellationToken Stopped => _stopped.Token;

    public Task Over => _over.Task;

    public bool WasStopped { get; private set; }

    public IReadOnlyList<Platform> Platforms => [Platform.Host];

    public string SessionId => options.Session?.Id ?? "";

    public ImageQuestion? Asked { get; private set; }

    public Task<SolveResult> RunFrontendAsync(string name, FrontendRequest request, CancellationToken cancellation) => builder.Frontend(this, name, request, cancellation);

    public Task<IReadOnlyDictionary<string, string>> ExportAsync(
        SolveResult result, IReadOnlyList<ExportRequest> exports, IReadOnlyList<CacheReference> caches, Quai.Build.Attestations.AttestationDemands attestations, CancellationToken cancellation) =>
        builder.Export(this, result, exports, cancellation);

    public Task<IReadOnlyList<(string Key, byte[] Document)>> ProvenanceAsync(SolveResult result, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<(string Key, byte[] Document)>>([]);

    public IReadOnlyList<BuildEvent> Events
    {
        get
        {
            lock (_past)
            {
                return [.. _past];
            }
        }
    }

    public void CheckCaches(IReadOnlyList<CacheReference> caches)
    {
    }

    public void ImportCache(IReadOnlyList<CacheReference> caches)
    {
    }

    public Task<ResolvedImage> ResolveImageAsync(ImageQuestion question, CancellationToken cancellation)
    {
        Asked = question;
        return Task.FromResult(new ResolvedImage(question.Reference + "@resolved", Oci.Images.Digest.Of("x"u8), "{}"u8.ToArray()));
    }

    public Task<IBuildRef?> SolveAsync(Definition definition, CancellationToken cancellation) => Task.FromResult<IBuildRef?>(new FakeRef(definition));

    public Task<int> RunProgramAsync(IBuildRef? root, FrontendProgram program, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IBuildContainer> OpenContainerAsync(ContainerRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    public IReadOnlyList<IBuildRef?> FilesOf(Quai.Build.Steps.Programs.FailedStep failed) => [];

    public IReadOnlyList<IBuildRef> InputsOf(Quai.Build.Steps.Programs.FailedStep failed) => [];

    public void Warn(WarningEvent warning) => Tell(warning);

    public void Tell(BuildEvent happened)
    {
        lock (_past)
        {
            _past.Add(happened);
            _watchers.ForEach(w => w.Writer.TryWrite(happened));
        }
    }

    public async IAsyncEnumerable<BuildEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var events = Channel.CreateUnbounded<BuildEvent>();
        lock (_past)
        {
            _past.ForEach(p => events.Writer.TryWrite(p));
            _watchers.Add(events);
            if (_ended)
            {
                events.Writer.TryComplete();
            }
        }

        await foreach (BuildEvent happened in events.Reader.ReadAllAsync(cancellation))
        {
            yield return happened;
        }
    }

    public void Stop()
    {
        WasStopped = true;
        _stopped.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        builder.Forget(Id);
        lock (_past)
        {
            _ended = true;
            _watchers.ForEach(w => w.Writer.TryComplete());
        }

        _over.TrySetResult();
    }
}
