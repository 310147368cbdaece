using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Removal;

namespace Quai.Convergence.Tests;

/// <summary>How a project is taken down, and its containers are started and stopped.</summary>
public sealed class RemovalTests
{
    private const string Shop = "services: {db: {image: base, volumes: ['data:/d']}, web: {image: base, depends_on: [db]}}\nvolumes: {data: {}}";

    private readonly Engine _engine = new();

    public RemovalTests() => _engine.Up(Engine.Load(Shop));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Containers_end_before_what_they_depend_on_then_the_network_goes(bool hasFiles)
    {
        ConvergencePlan plan = RemovalPlanner.Plan("shop", hasFiles ? Engine.Load(Shop) : null, _engine.Observed, new());
        string[] texts = Engine.Texts(plan);
        Assert.True(Array.IndexOf(texts, "StopContainer shop-web-1") < Array.IndexOf(texts, "StopContainer shop-db-1"));
        Assert.Equal("RemoveNetwork shop_default", texts[^1]);
        Assert.DoesNotContain(plan.Steps, step => step.Action == StepAction.RemoveVolume);
    }

    [Fact]
    public void Volumes_and_images_go_on_demand()
    {
        ConvergencePlan plan = RemovalPlanner.Plan("shop", Engine.Load(Shop), _engine.Observed, new() { Volumes = true, Images = "all" });
        Assert.Contains("RemoveVolume shop_data", Engine.Texts(plan));
        Assert.Contains("RemoveImage base", Engine.Texts(plan));
    }

    [Fact]
    public void One_service_goes_alone()
    {
        ConvergencePlan plan = RemovalPlanner.Plan("shop", Engine.Load(Shop), _engine.Observed, new() { Services = ["web"] });
        Assert.Equal(["StopContainer shop-web-1", "RemoveContainer shop-web-1"], Engine.Texts(plan));
    }

    [Fact]
    public void Stopping_goes_against_the_dependencies()
    {
        ConvergencePlan plan = LifecyclePlanner.Stop(Engine.Load(Shop), _engine.Containers);
        Assert.Equal(["StopContainer shop-web-1", "StopContainer shop-db-1"], Engine.Texts(plan));
    }

    [Fact]
    public void Starting_goes_along_them_even_without_files()
    {
        _engine.Set("shop-db-1", "exited", "Exited (0) 1 minute ago");
        _engine.Set("shop-web-1", "exited", "Exited (0) 1 minute ago");
        ComposeProject project = LabelledProject.Of("shop", _engine.Containers);
        ConvergencePlan plan = LifecyclePlanner.Start(project, _engine.Observed, waits: false);
        Assert.Equal(["StartContainer shop-db-1", "StartContainer shop-web-1"], Engine.Texts(plan));
        Assert.Equal([0], plan.Steps[1].After);
    }
}
