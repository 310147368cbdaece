using Quai.Api.Images;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Builds;
using Quai.BuildClient.Progress;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;

namespace Quai.Cli.Builds;

/// <summary>
/// Runs builds on one connection, several at the same time if need be, which share a display.
/// <code>
/// await using var runner = await BuildRunner.OpenAsync(session, builder, display, cancellation);
/// await Task.WhenAll(targets.Select(t => runner.RunAsync(t.Options, t.Name, cancellation)));
/// display.Finish(succeeded: true);
/// </code>
/// </summary>
internal sealed class BuildRunner : IAsyncDisposable
{
    private readonly Session _session;
    private readonly BuilderConnection _connection;
    private readonly IBuildProgress _progress;
    private BuilderInfo? _info;

    private BuildRunner(Session session, BuilderConnection connection, IBuildProgress progress)
    {
        _session = session;
        _connection = connection;
        _progress = progress;
    }

    /// <summary>Connects to a builder.</summary>
    /// <param name="session">Settings, and the daemon.</param>
    /// <param name="connector">How the builder is reached.</param>
    /// <param name="progress">Is told how the builds go on.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BuildRunner> OpenAsync(Session session, IBuilderConnector connector, IBuildProgress progress, CancellationToken cancellation) =>
        new(session, await BuilderConnection.OpenAsync(connector, cancellation), progress);

    /// <summary>Looks at a step whose program failed; null for nobody.</summary>
    public Func<FailedStep, CancellationToken, Task>? Failed { get; set; }

    /// <summary>Builds, and pushes where that is asked for.</summary>
    /// <param name="options">What is built.</param>
    /// <param name="name">The build's name among several, by which its steps are told; empty for the only one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ExitException">Something that the user says cannot be.</exception>
    /// <exception cref="BuilderException">The build failed.</exception>
    public Task<BuildOutcome> RunAsync(BuildOptions options, string name, CancellationToken cancellation) => RunAsync(options, name, null, cancellation);

    /// <summary>Builds as <see cref="RunAsync(BuildOptions, string, CancellationToken)"/> does, and lets others use the result before it is exported.</summary>
    /// <param name="options">What is built.</param>
    /// <param name="name">The build's name among several.</param>
    /// <param name="use">Takes the result; the build ends when it returns. Null for nobody.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<BuildOutcome> RunAsync(BuildOptions options, string name, Func<LinkedResult, Task>? use, CancellationToken cancellation)
    {
        if (options.Call.MayTellPractices && (await InfoAsync(cancellation)).KnowsPractices)
        {
            try
            {
                return await RunOnceAsync(options with { Call = options.Call with { Name = CallOption.Practices } }, name, use, cancellation);
            }
            catch (BuilderException)
            {
                // Another frontend reads the file, which knows only the checks, or nothing.
            }
        }

        try
        {
            return await RunOnceAsync(options, name, use, cancellation);
        }
        catch (BuilderException e) when (options.Call.Advice.Length > 0 && e.Message.Contains("unsupported request", StringComparison.Ordinal))
        {
            throw new ExitException(1, $"ERROR: failed to build: failed to solve: {e.Message}{options.Call.Advice}");
        }
    }

    /// <summary>Begins what is not described by <see cref="BuildOptions"/>.</summary>
    public RunningBuild Begin(BuildRequest request) => new(_connection, request, _progress);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // It stays what it is as long as the connection does.
    private async Task<BuilderInfo> InfoAsync(CancellationToken cancellation) => _info ??= await _connection.InfoAsync(cancellation);

    private async Task<BuildOutcome> RunOnceAsync(BuildOptions options, string name, Func<LinkedResult, Task>? use, CancellationToken cancellation)
    {
        if (options.Network is not ("" or "default" or "host" or "none") && !(await InfoAsync(cancellation)).JoinsNetworks)
        {
            throw new ExitException(
                1, $"ERROR: failed to build: network mode \"{options.Network}\" not supported by buildkit - you can define a custom network for your builder using the network driver-opt in buildx create");
        }

        if (options.IsExplained && !(await InfoAsync(cancellation)).Explains)
        {
            throw new ExitException(1, "ERROR: failed to build: --explain is not known to this builder, which is another than Quai's");
        }

        IBuildProgress progress = name.Length > 0 ? new PrefixedProgress(_progress, name) : _progress;
        bool pushesItself = BuildPlan.IsPushed(options) && (await InfoAsync(cancellation)).Pushes;
        using BuildPlan plan = BuildPlan.Create(_session, options, _connection.Connector.KeepsImages, pushesItself);
        BuildResult result;
        await using (var build = new RunningBuild(_connection, plan.Request, progress) { Failed = Failed })
        {
            LinkedBuild solved = await build.SolveAsync(cancellation);
            if (use is not null)
            {
                await use(solved.Link);
            }

            result = await build.FinishAsync(solved, cancellation);
        }

        plan.Note(result.Response);

        foreach (string image in plan.Pushed)
        {
            await OwnStep.RunAsync(progress, $"pushing {image} with docker", step => PushAsync(image, step, cancellation));
        }

        return new BuildOutcome(plan.Request.Id, result, plan.File);
    }

    private async Task PushAsync(string image, OwnStep step, CancellationToken cancellation)
    {
        (string repository, string tag, _) = ImageReference.Split(image);
        DateTimeOffset begun = DateTimeOffset.UtcNow;
        await foreach (JsonMessage message in _session.BuildEngine.Transfers.PushAsync(
            repository, tag.Length == 0 ? "latest" : tag, credentials: RegistryCredentials.Find(_session, repository), cancellation: cancellation))
        {
            if ((message.ErrorDetail?.Message ?? message.Error) is { Length: > 0 } error)
            {
                throw new ExitException(1, "ERROR: failed to build: " + error);
            }

            if (message is { Id.Length: > 0, Status.Length: > 0 })
            {
                DateTimeOffset now = DateTimeOffset.UtcNow;
                bool ends = message.ProgressDetail is null || message.Status is "Pushed" or "Layer already exists";
                step.Report(new StepStatus("", $"pushing layer {message.Id}", now)
                {
                    Current = message.ProgressDetail?.Current ?? 0, Total = message.ProgressDetail?.Total ?? 0, StartedAt = begun, CompletedAt = ends ? now : null,
                });
            }
        }
    }
}
