using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Removes a link of the default bridge (<c>rm --link web/db</c>): <c>web</c> knows the other container as <c>db</c> no more.</summary>
internal sealed class RemoveLink(ContainerRegistry registry, ContainerLinks links, NetworkFiles files, ContainerRecords records)
{
    /// <summary>Removes it.</summary>
    /// <param name="name">The container that has the link, and the alias: <c>web/db</c>.</param>
    /// <param name="cancellation">Gives up before anything is changed.</param>
    /// <exception cref="QuaiException">There is no such link.</exception>
    public async Task RunAsync(string name, CancellationToken cancellation)
    {
        int slash = name.TrimStart('/').LastIndexOf('/');
        if (slash < 0)
        {
            Container named = registry.Resolve(name);
            throw QuaiException.Conflict($"Conflict, cannot remove the default link name of the container /{named.Name}: a link is named as container/alias");
        }

        (string parent, string alias) = (name.TrimStart('/')[..slash], name.TrimStart('/')[(slash + 1)..]);
        Container container = registry.Find(parent) ?? throw QuaiException.NotFound($"No such container: {name}");
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            string[] kept = [.. (container.Spec.Network.Links ?? []).Where(l => ContainerLinks.Parse(l).Alias != alias)];
            if (kept.Length == (container.Spec.Network.Links?.Count ?? 0))
            {
                throw QuaiException.NotFound($"No such container: {name}");
            }

            ContainerSpec changed = container.Spec with { Network = container.Spec.Network with { Links = kept.Length > 0 ? kept : null } };
            string[] before = [.. links.Hosts(container)];
            await records.SaveSpecAsync(container, changed).ConfigureAwait(false);
            container.Spec = changed;
            if (container.Run is not null)
            {
                files.RemoveLinks(container, [.. before.Except(links.Hosts(container))]);
            }
        }
    }
}
