using System.Globalization;
using System.Text.Json.Nodes;
using Quai.Api.Containers;
using Quai.Cli.Containers.Views;
using Quai.Cli.Formatting;
using Quai.Convergence.Observing;
using Quai.Templates;

namespace Quai.Cli.Compose.Views;

/// <summary>The columns of a list of a project's containers.</summary>
internal static class ServiceRows
{
    public const string TableFormat = "table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}";

    /// <summary>The titles.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>(ContainerRows.Headers)
    {
        ["Name"] = "NAME", ["Service"] = "SERVICE", ["Project"] = "PROJECT", ["ExitCode"] = "EXIT CODE", ["Health"] = "HEALTH", ["Publishers"] = "PUBLISHERS",
    };

    /// <summary>One container's line.</summary>
    public static Row Make(ObservedContainer container, bool cut) => ContainerRows.Make(container.Summary, cut)
        .With("Name", () => container.Name)
        .With("Service", () => container.Service)
        .With("Project", () => container.Label(Quai.Convergence.ComposeLabels.Project))
        .With("ExitCode", () => (object)(long)ExitCode(container.Summary.Status))
        .With("Health", () => Health(container.Summary.Status))
        .With("Publishers", () => JsonValues.From(System.Text.Json.JsonDocument.Parse(Publishers(container).ToJsonString()).RootElement));

    /// <summary>A container's exit code, from what the engine says of it: <c>Exited (1) 2 hours ago</c>.</summary>
    public static int ExitCode(string status)
    {
        int end = status.IndexOf(')', StringComparison.Ordinal);
        return status.StartsWith("Exited (", StringComparison.Ordinal) && end > 0 && int.TryParse(status.AsSpan(8, end - 8), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code) ? code : 0;
    }

    private static string Health(string status) => status.EndsWith("(healthy)", StringComparison.Ordinal) ? "healthy"
        : status.EndsWith("(unhealthy)", StringComparison.Ordinal) ? "unhealthy"
        : status.EndsWith("(health: starting)", StringComparison.Ordinal) ? "starting" : "";

    private static JsonArray Publishers(ObservedContainer container)
    {
        JsonArray all = [];
        foreach (PortSummary port in container.Summary.Ports.OrderBy(port => port.PrivatePort).ThenBy(port => port.IP, StringComparer.Ordinal))
        {
            all.Add((JsonNode)new JsonObject
            {
                ["URL"] = port.IP ?? "",
                ["TargetPort"] = (int)port.PrivatePort,
                ["PublishedPort"] = port.PublicPort ?? 0,
                ["Protocol"] = port.Type,
            });
        }

        return all;
    }
}
