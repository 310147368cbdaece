using Quai.Api.Containers;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Execution;

/// <summary>Makes containers of a project, with the secrets and configs that are copied into them.</summary>
/// <param name="engine">The engine.</param>
/// <param name="project">The project.</param>
/// <param name="context">What requests need to know beside the project's files.</param>
public sealed class ContainerMaking(EngineClient engine, ComposeProject project, RequestContext context)
{
    /// <summary>Makes a container.</summary>
    /// <param name="order">What it is to be.</param>
    /// <param name="name">Its name.</param>
    /// <param name="warn">Gets what the engine warns of.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ConvergenceException">The service asks for what there is not.</exception>
    /// <exception cref="DaemonException">The engine refused.</exception>
    public async Task<string> MakeAsync(ContainerOrder order, string name, Action<string> warn, CancellationToken cancellation)
    {
        Check(order.Service);

        // What cannot be copied is told before there is a container.
        FileInjection.Archive(project, order.Service)?.Dispose();
        string platform = order.Service.Platform.Length > 0 ? order.Service.Platform : context.DefaultPlatform;
        ContainerCreateResponse created = await engine.Containers.CreateAsync(ContainerRequests.Of(project, order, context), name, platform, cancellation);
        foreach (string warning in created.Warnings ?? [])
        {
            warn(warning);
        }

        await CopyFilesAsync(order.Service, created.Id, cancellation);
        return created.Id;
    }

    /// <summary>Copies the secrets and configs into a container that are no files of the host.</summary>
    /// <exception cref="ConvergenceException">A variable is not set, or the container's root is read-only.</exception>
    public async Task CopyFilesAsync(ComposeService service, string container, CancellationToken cancellation)
    {
        using MemoryStream? files = FileInjection.Archive(project, service);
        if (files is not null)
        {
            bool hasOwners = service.Secrets.Concat(service.Configs).Any(file => file.Uid.Length > 0 || file.Gid.Length > 0);
            await engine.Files.WriteAsync(container, "/", files, hasOwners, cancellation);
        }
    }

    private static void Check(ComposeService service)
    {
        string? refused = service switch
        {
            { Provider: not null } => "provider: a service that another program provides has no container",
            { Models.Count: > 0 } => "models: nothing here runs language models; run one as a service, or beside the engine, and name its address in `environment`",
            { CredentialSpec: not null } => "credential_spec: it exists on Windows only",
            _ => null,
        };
        if (refused is not null)
        {
            throw new ConvergenceException($"service \"{service.Name}\": {refused}");
        }
    }
}
