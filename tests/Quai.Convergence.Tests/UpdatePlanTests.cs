using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Tests;

/// <summary>How containers are replaced where a service has an update policy.</summary>
public sealed class UpdatePlanTests
{
    private const string File = "services: {a: {image: base, scale: 5, user: WHO, deploy: {update_config: {POLICY}}}, b: {image: base, depends_on: [a]}}";

    private readonly Engine _engine = new();

    [Theory]
    [InlineData("order: start-first", StepAction.UpdateStartFirst, "0 1 2 3 4")]
    [InlineData("order: start-first, parallelism: 2", StepAction.UpdateStartFirst, "0 0 1 1 2")]
    [InlineData("parallelism: 3", StepAction.UpdateStopFirst, "0 0 0 1 1")]
    [InlineData("parallelism: 0", StepAction.UpdateStopFirst, "0 0 0 0 0")]
    public void Containers_are_replaced_in_groups(string policy, StepAction action, string groups)
    {
        PlanStep[] steps = Updates(File.Replace("POLICY", policy, StringComparison.Ordinal), out ConvergencePlan plan);
        Assert.All(steps, step => Assert.Equal(action, step.Action));
        Assert.Equal(groups, string.Join(' ', steps.Select(step => step.Group)));
        Assert.All(steps, step => Assert.Equal(steps.Where(other => other.Group == step.Group - 1).Select(other => other.Id), step.After));
        Assert.DoesNotContain(plan.Steps, step => step.Action is StepAction.RecreateContainer or StepAction.StartContainer);
        Assert.Empty(plan.Warnings);
    }

    [Theory]
    [InlineData("container_name: xy", "it has a container_name")]
    [InlineData("network_mode: host", "it is on the host's network")]
    [InlineData("network_mode: none", "it has no network")]
    [InlineData("network_mode: 'container:x'", "it is on another container's network")]
    [InlineData("networks: {default: {ipv4_address: 10.91.1.7}}", "it has a fixed address")]
    [InlineData("mac_address: '02:42:0a:5b:01:07'", "it has a fixed address")]
    public void What_two_containers_cannot_have_at_once_is_named(string key, string reason)
    {
        PlanStep[] steps = Updates($"services: {{a: {{image: base, {key}, user: WHO, deploy: {{update_config: {{order: start-first}}}}}}}}", out ConvergencePlan plan);
        Assert.Equal(StepAction.UpdateStopFirst, Assert.Single(steps).Action);
        Assert.StartsWith($"service \"a\" is updated stop-first, not start-first: {reason}", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("failure_action: explode", "failure_action: \"explode\" is none of pause, continue and rollback")]
    [InlineData("parallelism: -1", "parallelism: -1 is less than 0")]
    [InlineData("max_failure_ratio: 2", "max_failure_ratio: 2 is not between 0 and 1")]
    public void A_policy_that_cannot_be_is_refused(string policy, string reason) => Assert.Contains(
        $"service \"a\": deploy.update_config.{reason}",
        Assert.Throws<ConvergenceException>(() => Updates(File.Replace("POLICY", policy, StringComparison.Ordinal), out _)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Without_a_policy_or_a_start_it_is_as_ever()
    {
        Assert.Empty(Updates("services: {a: {image: base, user: WHO}}", out ConvergencePlan plan));
        Assert.Contains(plan.Steps, step => step.Action == StepAction.RecreateContainer);
        Assert.Empty(Updates(File.Replace("POLICY", "order: start-first", StringComparison.Ordinal), out _, new() { Starts = false }));
    }

    [Fact]
    public void What_does_not_run_is_not_updated_but_made_anew()
    {
        string file = File.Replace("POLICY", "order: start-first", StringComparison.Ordinal);
        _engine.Up(Engine.Load(file));
        _engine.Set("shop-a-3", "exited", "Exited (1) 2 minutes ago");
        ConvergencePlan plan = _engine.Plan(Engine.Load(file.Replace("WHO", "nobody", StringComparison.Ordinal)));
        Assert.Equal("shop-a-3", Assert.Single(plan.Steps, step => step.Action == StepAction.RecreateContainer).Name);
        Assert.Equal(4, plan.Steps.Count(step => step.IsUpdate));
    }

    [Fact]
    public void One_whose_place_another_has_taken_goes()
    {
        const string Text = "services: {a: {image: base, deploy: {update_config: {order: start-first}}}}";
        ComposeProject project = Engine.Load(Text);
        _engine.Up(project);
        ObservedContainer now = _engine.Containers[0];

        // They have exchanged their names.
        _engine.Containers.Add(new(new Quai.Api.Containers.ContainerSummary { Id = new string('f', 64), Names = [$"/{new string('f', 12)}_shop-a-1"], State = "running", Status = "Up", Labels = now.Summary.Labels }));
        ConvergencePlan plan = _engine.Plan(project);
        PlanStep removal = Assert.Single(plan.Steps, step => step.DoesSomething);
        Assert.Equal((StepAction.RemoveContainer, new string('f', 64), "another has taken its place"), (removal.Action, removal.Container!.Id, removal.Reason));
    }

    [Fact]
    public void Services_that_exchange_ports_are_stopped_first_and_said_to_be()
    {
        const string Policy = "deploy: {update_config: {order: start-first}}";
        _engine.Up(Engine.Load($"services: {{a: {{image: base, ports: ['1:9'], {Policy}}}, b: {{image: base, ports: ['2:9'], {Policy}}}, c: {{image: base, {Policy}}}}}"));
        ConvergencePlan plan = _engine.Plan(Engine.Load($"services: {{a: {{image: base, ports: ['2:9'], {Policy}}}, b: {{image: base, ports: ['1:9'], {Policy}}}, c: {{image: base, user: nobody, {Policy}}}}}"));
        Assert.Equal(["shop-a-1", "shop-b-1"], plan.Steps.Where(step => step.Action == StepAction.RecreateContainer).Select(step => step.Name).Order());
        Assert.Equal("shop-c-1", Assert.Single(plan.Steps, step => step.IsUpdate).Name);
        Assert.Equal(
            [
                "service \"a\" is updated stop-first, without its update_config: it gets port 2, which container shop-b-1 has until then",
                "service \"b\" is updated stop-first, without its update_config: it gets port 1, which container shop-a-1 has until then",
            ],
            plan.Warnings);
    }

    private static PlanStep[] Updates(string file, out ConvergencePlan plan, PlanOptions? options = null)
    {
        Engine engine = new();
        engine.Up(Engine.Load(file.Replace("WHO", "root", StringComparison.Ordinal)));
        plan = engine.Plan(Engine.Load(file.Replace("WHO", "nobody", StringComparison.Ordinal)), options);
        return [.. plan.Steps.Where(step => step.IsUpdate)];
    }
}
