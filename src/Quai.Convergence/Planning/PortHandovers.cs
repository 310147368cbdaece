using System.Globalization;
using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>Published ports that pass from one service to another: a container that gets one can be started only when the one that has it is stopped.</summary>
internal sealed class PortHandovers(ComposeProject project, ObservedProject observed, PlanOptions options)
{
    private readonly IReadOnlyList<Handover> _all = [.. project.Services.Values.SelectMany(service => Of(project, observed, options, service))];

    /// <summary>Why a service's ports are in another's way, or another's in its; null if they are not.</summary>
    public string? Reason(ComposeService service) => _all.FirstOrDefault(one => one.To == service.Name) is { } got
        ? $"it gets port {got.Port}, which container {got.From.Name} has until then"
        : _all.FirstOrDefault(one => one.From.Service == service.Name) is { } given ? $"its port {given.Port} passes to service \"{given.To}\"" : null;

    /// <summary>Has each start wait until the ports are free that it needs.</summary>
    public void Order(PlanBuilder builder)
    {
        foreach (Handover one in _all)
        {
            int[] free = [.. builder.Steps.Where(step => step.Container?.Id == one.From.Id && step.Action is StepAction.RecreateContainer or StepAction.RemoveContainer).Select(step => step.Id)];
            foreach (PlanStep start in builder.Steps.Where(step => step.Action == StepAction.StartContainer && step.Key == one.To).ToArray())
            {
                builder.Order(start.Id, free);
            }
        }
    }

    private static IEnumerable<Handover> Of(ComposeProject project, ObservedProject observed, PlanOptions options, ComposeService service) => options.Keeps.Contains(service.Name) ? [] :
        from port in service.Ports
        where port.Published.Length > 0
        from container in observed.Containers
        where !container.IsOneOff && container.IsRunning && container.Service != service.Name && container.Summary.Ports.Any(used => IsSame(port, used)) && IsGivenUp(project, options, container, port)
        select new Handover(port.Published, container, service.Name);

    /// <summary>Whether a container that has a port will not have it in the end.</summary>
    private static bool IsGivenUp(ComposeProject project, PlanOptions options, ObservedContainer container, ServicePort port) =>
        project.Services.TryGetValue(container.Service, out ComposeService? owner) ? !options.Keeps.Contains(owner.Name) && !owner.Ports.Any(own => own.Published == port.Published && own.Protocol == port.Protocol)
            : options.RemovesOrphans && !project.DisabledServices.ContainsKey(container.Service);

    private static bool IsSame(ServicePort port, PortSummary used) => used.PublicPort is { } number && used.Type == (port.Protocol.Length > 0 ? port.Protocol : "tcp") && Covers(port.Published, number)
        && (IsAny(port.HostIp) || IsAny(used.IP) || port.HostIp == used.IP);

    private static bool IsAny(string? address) => address is null or "" or "0.0.0.0" or "::";

    private static bool Covers(string published, ushort number)
    {
        string[] ends = published.Split('-', 2);
        return int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && number >= first && number <= last;
    }

    private sealed record Handover(string Port, ObservedContainer From, string To);
}
