using Quai.Api.Containers;
using Quai.Compose.Model;
using Quai.Convergence.Differences;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Tests;

/// <summary>How a container differs from what its service describes.</summary>
public sealed class DifferenceTests
{
    private const string Text = "services: {a: {image: base, command: [serve], environment: {A: '1', B: '2'}, ports: ['80:80'], cpus: 0.5, volumes: ['/data:/data'], healthcheck: {test: 'true', interval: 5s}}}";

    [Fact]
    public void What_is_the_same_is_not_told() => Assert.Empty(Differences(Text, Text));

    [Fact]
    public void What_differs_is_told_in_the_words_of_the_file()
    {
        string changed = Text.Replace("A: '1'", "A: '3', C: ''", StringComparison.Ordinal).Replace(", B: '2'", "", StringComparison.Ordinal).Replace("80:80", "81:80", StringComparison.Ordinal)
            .Replace("0.5", "1.5", StringComparison.Ordinal).Replace("/data:/data", "/data:/data:ro", StringComparison.Ordinal).Replace("5s", "1m", StringComparison.Ordinal);
        Assert.Equal(
            [
                new("cpus", "0.5", "1.5"), new("environment.A", "1", "3"), new("environment.B", "2", null), new("environment.C", null, ""), new("healthcheck.interval", "5s", "1m0s"),
                new("ports.80:80/tcp", "", null), new("ports.81:80/tcp", null, ""), new("volumes./data", "/data:/data:rw", "/data:/data:ro"),
            ],
            Differences(Text, changed));
    }

    [Fact]
    public void What_comes_from_the_image_is_no_difference()
    {
        ContainerConfig image = new() { Cmd = ["serve"], Env = ["PATH=/bin"], Labels = new() { ["of"] = "image" }, User = "nobody" };
        ContainerInspect actual = Inspect(Text);
        actual.Config.Env!.Add("PATH=/bin");
        actual.Config.Labels!["of"] = "image";
        actual.Config.User = "nobody";
        Assert.Empty(ContainerDifferences.Of(actual, Request(Text), image));
    }

    private static IReadOnlyList<ServiceDifference> Differences(string before, string after) => ContainerDifferences.Of(Inspect(before), Request(after), null);

    private static ContainerInspect Inspect(string text)
    {
        ContainerCreateRequest request = Request(text);
        request.Hostname = "0123456789ab";
        return new()
        {
            Id = "0123456789abcdef", Config = request, HostConfig = request.HostConfig!, NetworkSettings = new() { Networks = request.NetworkingConfig!.EndpointsConfig!.ToDictionary(entry => entry.Key, entry => entry.Value!) },
        };
    }

    private static ContainerCreateRequest Request(string text)
    {
        ComposeProject project = Engine.Load(text);
        return ContainerRequests.Of(project, new ContainerOrder(project.Services["a"], 1), Engine.Context);
    }
}
