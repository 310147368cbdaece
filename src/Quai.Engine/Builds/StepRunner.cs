using Quai.Build.Execution;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;
using Quai.Content.Snapshots;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Security;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux.Modes;
using Quai.Networks;
using Quai.Networks.Sandboxes;
using Quai.Runtime;

namespace Quai.Engine.Builds;

/// <summary>Runs the programs of builds as containers are run, with the same confinement and cleaned up by the same rules, but without a container: there is no record, no name and no log.</summary>
internal sealed class StepRunner(EngineOptions options, EnginePaths paths, INetworkService networks, NameResolution resolution, IContainerRuntime runtime, AppArmor appArmor, string? seccompProfile) : IStepRunner
{
    private const int KillSignal = 9;

    private readonly RootReader _roots = new(paths.RootFs);
    private readonly StepSpecs _specs = new(options, paths, seccompProfile);

    /// <inheritdoc/>
    public async Task<int> RunAsync(StepLaunch launch, CancellationToken cancellation)
    {
        string cgroup = _specs.CgroupOf(launch), folder = paths.Container(launch.Id);
        Endpoint? endpoint = null;
        try
        {
            endpoint = await ConnectAsync(launch, cancellation).ConfigureAwait(false);
            PrivateFolder.Make(folder);
            return await RunAsync(launch, Compile(launch, endpoint, folder), cancellation).ConfigureAwait(false);
        }
        finally
        {
            await runtime.CleanUpAsync(paths.Run(launch.Id), cgroup, CancellationToken.None).ConfigureAwait(false);
            if (endpoint is not null)
            {
                await networks.DisconnectAsync(endpoint, CancellationToken.None).ConfigureAwait(false);
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private async Task<int> RunAsync(StepLaunch launch, ContainerLaunch compiled, CancellationToken cancellation)
    {
        IShim shim;
        try
        {
            shim = await runtime.StartAsync(compiled, cancellation).ConfigureAwait(false);
        }
        catch (RuntimeStartException e)
        {
            if (launch.Conversation is not null)
            {
                throw new QuaiException(ErrorKind.InvalidParameter, e.Message, e);
            }

            // As a shell would: what cannot be executed ends with 126 or 127, and says why.
            launch.Progress.Write(2, System.Text.Encoding.UTF8.GetBytes(e.Message + "\n"));
            return e.ExitCode;
        }

        await using (shim)
        {
            if (compiled.NameSockets)
            {
                await ServeNamesAsync(launch, shim, cancellation).ConfigureAwait(false);
            }

            Task output = shim.InitialAttach is not { } attached ? Task.CompletedTask
                : launch.Conversation is { } conversation ? StepStreams.TalkAsync(attached, conversation, cancellation)
                : StepStreams.ServeAsync(attached, launch, cancellation);
            launch.Conversation?.Started?.Invoke(new RunningStep(shim, (meta, secrets, user) => Describe(launch, meta, secrets, user)));
            try
            {
                ContainerExit exit = await shim.Exit.WaitAsync(cancellation).ConfigureAwait(false);
                await output.ConfigureAwait(false);
                return exit.ExitCode;
            }
            catch (Exception e) when (e is OperationCanceledException or ShimLostException)
            {
                await shim.SignalAsync(KillSignal, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ((Task)shim.Exit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await output.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
                throw QuaiException.System("the process of a step was lost: its shim has died", e);
            }
        }
    }

    private ContainerLaunch Compile(StepLaunch launch, Endpoint? endpoint, string folder)
    {
        Snapshot root = launch.Root;
        RootReader.Accounts accounts = _roots.Read(string.Join(':', root.Lower), root);
        ResolvedUser user = UserResolver.Resolve(launch.Exec.Meta.User, accounts.Passwd, accounts.Group, null);
        bool isHost = launch.Exec.Network == NetMode.Host;
        SandboxSetup sandbox = SandboxSetup.Of(endpoint is null ? [] : [endpoint]);
        string? profile = appArmor.ProfileOf(StepSpecs.SecurityOf(launch));
        SpecRequest request = _specs.Describe(launch, user, profile) with
        {
            Network = isHost ? NamespaceChoice.Host : NamespaceChoice.Private,
            NetworkSettings = sandbox.Settings,
            Mounts = [.. _specs.Files(launch, endpoint, folder, networks.HostGateways), .. launch.Mounts.Select(m => StepSpecs.MountOf(m, root.Root))],
        };
        appArmor.Ensure(profile);
        return new ContainerLaunch
        {
            Id = launch.Id,
            RunDirectory = paths.Run(launch.Id),
            Spec = Launcher.WithHome(RuntimeSpecBuilder.Build(request), user),
            Overlay = new OverlayRoot(root.Root, root.Lower, root.Upper, root.Work),
            Network = isHost ? [] : Launcher.RequestsOf(sandbox),
            NameSockets = endpoint is { Network.HasNames: true },
            OpenStdin = launch.Talk is not null || launch.Conversation?.Input is not null,
            StdinOnce = true,
            EndsWithDaemon = true,
            AttachAtStart = launch.Conversation is { } conversation ? StepStreams.Of(conversation) : new AttachStreams(Stdin: launch.Talk is not null, Stdout: true, Stderr: true),
        };
    }

    /// <summary>What the runtime is told of another program among a step's files.</summary>
    private Oci.Runtime.RuntimeSpec Describe(StepLaunch launch, Meta meta, IReadOnlyList<string> secrets, ResolvedUser user)
    {
        ExecOp exec = launch.Exec.Clone();
        exec.Meta = meta.Clone();
        exec.Meta.CgroupParent = launch.Exec.Meta.CgroupParent;
        StepLaunch beside = launch with { Exec = exec, SecretVariables = secrets };
        string? profile = appArmor.ProfileOf(StepSpecs.SecurityOf(launch));
        appArmor.Ensure(profile);
        return Launcher.WithHome(RuntimeSpecBuilder.Build(_specs.Describe(beside, user, profile)), user);
    }

    private async Task<Endpoint?> ConnectAsync(StepLaunch launch, CancellationToken cancellation)
    {
        if (NetworkOf(launch.Exec) is not { } network)
        {
            return null;
        }

        Endpoint endpoint = await networks.ConnectAsync(new EndpointRequest(launch.Id, network.Id, null, null, []) { ContainerName = launch.Id[..12] }, cancellation).ConfigureAwait(false);
        networks.SetNames(launch.Id, _ => [launch.Id[..12]], _ => null);
        return endpoint;
    }

    private Network? NetworkOf(ExecOp exec) =>
        exec.Network != NetMode.Unset ? null
        : exec.UserNetwork.Length > 0 ? networks.Resolve(exec.UserNetwork)
        : networks.List().FirstOrDefault(n => n.Name == Containers.Spec.Networking.NetworkMode.Bridge);

    /// <summary>Has the daemon answer what a step asks for names, as it does for a container on such a network.</summary>
    private async Task ServeNamesAsync(StepLaunch launch, IShim shim, CancellationToken cancellation)
    {
        try
        {
            if (await shim.NameSocketsAsync(cancellation).ConfigureAwait(false) is { } sockets)
            {
                resolution.Serve(launch.Id, shim, sockets, options.Dns, options.DnsOptions);
            }
        }
        catch (ShimLostException)
        {
            // Its program was quick and has ended already: it asks nothing any more.
        }
    }
}
