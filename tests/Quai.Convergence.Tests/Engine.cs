using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Api.Volumes;
using Quai.Compose;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Tests;

/// <summary>An engine that is only thought of: what it would have once plans had been executed.</summary>
internal sealed class Engine
{
    public static RequestContext Context { get; } = new() { Version = "1" };

    public List<ObservedContainer> Containers { get; } = [];

    public List<NetworkInspect> Networks { get; } = [];

    public Dictionary<string, VolumeInspect> Volumes { get; } = [];

    public Dictionary<string, ObservedImage> Images { get; } = new() { ["base"] = new("sha256:base", []) };

    public ObservedProject Observed => new() { Containers = Containers, Networks = Networks, Volumes = Volumes, Images = Images };

    /// <summary>Loads a project from the text of its file.</summary>
    public static ComposeProject Load(string text, params string[] services) => new ComposeLoader(new OneFile(text)).Load(new() { CurrentDirectory = "/shop", Services = services });

    /// <summary>The steps of a plan, as texts.</summary>
    public static string[] Texts(ConvergencePlan plan) => [.. plan.Steps.Select(step => $"{step.Action} {step.Name}")];

    public ConvergencePlan Plan(ComposeProject project, PlanOptions? options = null) => ConvergencePlanner.Plan(project, Observed, options ?? new());

    /// <summary>Has all that a project describes, running.</summary>
    public void Up(ComposeProject project)
    {
        foreach ((string key, ComposeNetwork network) in project.Networks)
        {
            Networks.Add(new() { Name = network.Name, Id = "id-" + network.Name, Labels = ProjectRequests.Network(project, key, Context).Labels! });
        }

        foreach ((string key, ComposeVolume volume) in project.Volumes)
        {
            Volumes[volume.Name] = new() { Name = volume.Name, Labels = ProjectRequests.Volume(project, key, Context).Labels };
        }

        foreach (ComposeService service in ServiceOrder.Of(project))
        {
            for (int number = 1; number <= ServiceScale.Of(service); number++)
            {
                Add(project, service, number, "running", "Up 2 minutes");
            }
        }
    }

    /// <summary>Has a container of a service in another state.</summary>
    public void Set(string name, string state, string status)
    {
        ContainerSummary summary = Containers.Single(container => container.Name == name).Summary;
        summary.State = state;
        summary.Status = status;
    }

    /// <summary>The id of a container.</summary>
    public static string IdOf(string name) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    private void Add(ComposeProject project, ComposeService service, int number, string state, string status)
    {
        ComposeService resolved = ServiceReferences.Resolve(service, name => Containers.First(container => container.Service == name).Id);
        ContainerCreateRequest request = ContainerRequests.Of(project, new(resolved, number) { Image = Images.GetValueOrDefault(ServiceScale.ImageOf(project, service)) }, Context);
        string name = ServiceScale.ContainerName(project.Name, service, number);
        Containers.Add(new(new ContainerSummary
        {
            Id = IdOf(name),
            Ports = [.. service.Ports.Where(port => port.Published.Length > 0).Select(port => new PortSummary { IP = "0.0.0.0", PrivatePort = (ushort)port.Target, PublicPort = ushort.Parse(port.Published, null), Type = port.Protocol })],
            Names = ["/" + name],
            Labels = request.Labels!,
            State = state,
            Status = status,
            NetworkSettings = new() { Networks = service.Networks.Keys.ToDictionary(key => project.Networks[key].Name, key => new EndpointSettings { NetworkID = "id-" + project.Networks[key].Name }) },
            Mounts = [.. service.Volumes.Select(mount => new MountPoint { Type = mount.Type, Name = project.Volumes.GetValueOrDefault(mount.Source)?.Name ?? "anonymous", Destination = mount.Target, RW = true })],
        }));
    }

    private sealed class OneFile(string text) : IComposeFiles
    {
        public string? Read(string path) => path == "/shop/compose.yaml" ? text : null;

        public bool FileExists(string path) => path == "/shop/compose.yaml";

        public bool FolderExists(string path) => false;
    }
}
