using Quai.Compose.Model;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Tests;

/// <summary>What is planned for a project, from what an engine has.</summary>
public sealed class PlanTests
{
    private const string Shop = """
        services:
          db: {image: base, volumes: ["data:/data"], healthcheck: {test: "true"}}
          setup: {image: base, depends_on: {db: {condition: service_healthy}}}
          web: {image: base, scale: 2, depends_on: {setup: {condition: service_completed_successfully}, db: {condition: service_healthy, restart: true}}}
        volumes: {data: {}}
        """;

    private readonly Engine _engine = new();

    [Fact]
    public void An_empty_engine_gets_everything_in_order()
    {
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop));
        Assert.Equal(["db", "setup", "web", "web"], plan.Steps.Where(step => step.Action == StepAction.CreateContainer).Select(step => step.Key).Order());
        PlanStep start = plan.Steps.First(step => step is { Action: StepAction.StartContainer, Key: "web" });
        Assert.Equal(
            ["CreateContainer shop-web-1", "WaitCompleted setup", "WaitHealthy db"],
            start.After.Select(id => $"{plan.Steps[id].Action} {plan.Steps[id].Name}").Order(StringComparer.Ordinal));
        Assert.All(plan.Steps, step => Assert.All(step.After, other => Assert.True(other < step.Id)));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Containers_are_made_at_once_and_wait_for_nothing_but_networks_and_volumes()
    {
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop));
        Assert.All(plan.Steps.Where(step => step.Action == StepAction.CreateContainer),
            step => Assert.All(step.After, id => Assert.True(plan.Steps[id].Action is StepAction.CreateNetwork or StepAction.CreateVolume)));
    }

    [Fact]
    public void What_runs_unchanged_is_kept()
    {
        ComposeProject project = Engine.Load(Shop);
        _engine.Up(project);
        _engine.Set("shop-db-1", "running", "Up 2 minutes (healthy)");
        _engine.Set("shop-setup-1", "exited", "Exited (0) 2 minutes ago");
        ConvergencePlan plan = _engine.Plan(project);
        Assert.True(plan.IsEmpty, string.Join(", ", Engine.Texts(plan)));
    }

    [Fact]
    public void A_one_shot_that_failed_is_run_again()
    {
        ComposeProject project = Engine.Load(Shop);
        _engine.Up(project);
        _engine.Set("shop-setup-1", "exited", "Exited (1) 2 minutes ago");
        Assert.Contains("StartContainer shop-setup-1", Engine.Texts(_engine.Plan(project)));
    }

    [Fact]
    public void Only_what_has_changed_is_made_anew_and_restarts_who_wants_it()
    {
        ComposeProject project = Engine.Load(Shop);
        _engine.Up(project);
        _engine.Set("shop-setup-1", "exited", "Exited (0) 2 minutes ago");
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop.Replace("db: {image: base,", "db: {image: base, user: nobody,", StringComparison.Ordinal)));
        PlanStep recreate = Assert.Single(plan.Steps, step => step.Action == StepAction.RecreateContainer);
        Assert.Equal(("shop-db-1", "its configuration has changed"), (recreate.Name, recreate.Reason));
        Assert.Equal(["StopContainer shop-web-1", "StopContainer shop-web-2"], recreate.After.Select(id => $"{plan.Steps[id].Action} {plan.Steps[id].Name}").Order());
        Assert.Equal(["shop-db-1", "shop-web-1", "shop-web-2"], plan.Steps.Where(step => step.Action == StepAction.StartContainer).Select(step => step.Name).Order());
    }

    [Fact]
    public void Changed_content_of_a_config_makes_anew_what_has_it()
    {
        const string Text = "services: {a: {image: base, configs: [c]}, b: {image: base}}\nconfigs: {c: {content: one}}";
        ComposeProject project = Engine.Load(Text), changed = Engine.Load(Text.Replace("one", "two", StringComparison.Ordinal));
        _engine.Up(project);
        Assert.True(_engine.Plan(project).IsEmpty);
        PlanStep recreate = Assert.Single(_engine.Plan(changed).Steps, step => step.Action == StepAction.RecreateContainer);
        Assert.Equal(("shop-a-1", "what is copied into it of its secrets and configs has changed"), (recreate.Name, recreate.Reason));

        // What Docker's compose made does not tell what was copied into it: it is kept, as Docker's compose keeps it.
        _engine.Containers.ForEach(container => container.Summary.Labels.Remove(ComposeLabels.Files));
        Assert.True(_engine.Plan(changed).IsEmpty);
    }

    [Theory]
    [InlineData(RecreatePolicy.Never, 0)]
    [InlineData(RecreatePolicy.Always, 4)]
    public void The_user_may_decide_what_is_made_anew(RecreatePolicy policy, int count)
    {
        _engine.Up(Engine.Load(Shop));
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop.Replace("db: {image: base,", "db: {image: base, user: nobody,", StringComparison.Ordinal)), new() { Recreate = policy });
        Assert.Equal(count, plan.Steps.Count(step => step.Action == StepAction.RecreateContainer));
    }

    [Fact]
    public void Another_image_makes_containers_anew()
    {
        ComposeProject project = Engine.Load(Shop);
        _engine.Up(project);
        _engine.Images["base"] = new("sha256:other", []);
        Assert.Equal(4, _engine.Plan(project).Steps.Count(step => step is { Action: StepAction.RecreateContainer, Reason: "its image has changed" }));
    }

    [Fact]
    public void Fewer_containers_keep_the_lowest_numbers()
    {
        _engine.Up(Engine.Load(Shop));
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop.Replace("scale: 2", "scale: 1", StringComparison.Ordinal)));
        Assert.Equal("shop-web-2", Assert.Single(plan.Steps, step => step.Action == StepAction.RemoveContainer).Name);
    }

    [Fact]
    public void What_shares_a_namespace_is_made_anew_with_it()
    {
        const string Text = "services: {a: {image: base}, b: {image: base, network_mode: 'service:a', volumes_from: [a]}}";
        ComposeProject project = Engine.Load(Text);
        _engine.Up(project);
        Assert.True(_engine.Plan(project).IsEmpty);
        ConvergencePlan plan = _engine.Plan(Engine.Load(Text.Replace("a: {image: base}", "a: {image: base, user: nobody}", StringComparison.Ordinal)));
        PlanStep[] steps = [.. plan.Steps.Where(step => step.Action == StepAction.RecreateContainer)];
        Assert.Equal(["shop-a-1", "shop-b-1"], steps.Select(step => step.Name));
        Assert.Contains(steps[0].Id, steps[1].After);
    }

    [Fact]
    public void A_changed_network_is_made_anew_once_nobody_is_on_it()
    {
        const string Text = "services: {a: {image: base}}\nnetworks: {default: {labels: {x: '1'}}}";
        _engine.Up(Engine.Load(Text));
        ConvergencePlan plan = _engine.Plan(Engine.Load(Text.Replace("'1'", "'2'", StringComparison.Ordinal)));
        Assert.Equal(
            ["StopContainer shop-a-1", "RemoveNetwork shop_default", "CreateNetwork shop_default", "RecreateContainer shop-a-1", "StartContainer shop-a-1"],
            Engine.Texts(plan));
    }

    [Fact]
    public void A_changed_volume_is_kept_until_somebody_agrees()
    {
        const string Text = "services: {a: {image: base, volumes: ['data:/d']}, b: {image: base, depends_on: {a: {condition: service_started, restart: true}}}}\nvolumes: {data: {labels: {x: '1'}}}";
        _engine.Up(Engine.Load(Text));
        ComposeProject changed = Engine.Load(Text.Replace("'1'", "'2'", StringComparison.Ordinal));
        ConvergencePlan plan = _engine.Plan(changed);
        Assert.True(plan.IsEmpty);
        Assert.Equal(["data"], plan.DivergedVolumes);
        Assert.Equal(
            ["RemoveVolume shop_data", "CreateVolume shop_data", "CreateContainer shop-a-1", "StartContainer shop-a-1", "StartContainer shop-b-1"],
            Engine.Texts(_engine.Plan(changed, new() { VolumesToRecreate = ["data"] })).Where(text => !text.StartsWith("Stop", StringComparison.Ordinal) && !text.StartsWith("RemoveC", StringComparison.Ordinal)));
    }

    [Fact]
    public void Orphans_are_told_and_removed_on_demand()
    {
        _engine.Up(Engine.Load(Shop));
        ComposeProject less = Engine.Load("services: {db: {image: base, volumes: ['data:/data'], healthcheck: {test: 'true'}}}\nvolumes: {data: {}}");
        Assert.Equal(["shop-setup-1", "shop-web-1", "shop-web-2"], _engine.Plan(less).Orphans.Select(orphan => orphan.Name).Order());
        Assert.Equal(3, _engine.Plan(less, new() { RemovesOrphans = true }).Steps.Count(step => step.Action == StepAction.RemoveContainer));
    }

    [Fact]
    public void A_missing_external_network_or_volume_is_named()
    {
        ConvergenceException network = Assert.Throws<ConvergenceException>(() => _engine.Plan(Engine.Load("services: {a: {image: base, networks: [n]}}\nnetworks: {n: {external: true, name: there}}")));
        Assert.Contains("network there declared as external, but could not be found", network.Message, StringComparison.Ordinal);
        ConvergenceException volume = Assert.Throws<ConvergenceException>(() => _engine.Plan(Engine.Load("services: {a: {image: base, volumes: ['vol:/v']}}\nvolumes: {vol: {external: true}}")));
        Assert.Contains("external volume \"vol\" not found", volume.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_with_a_name_of_its_own_cannot_have_several_containers()
    {
        ComposeProject project = Engine.Load("services: {a: {image: base, container_name: own}}");
        project = project with { Services = new Dictionary<string, ComposeService> { ["a"] = project.Services["a"] with { Scale = 2 } } };
        Assert.Contains("\"a\"", Assert.Throws<ConvergenceException>(() => _engine.Plan(project)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_started_where_nothing_is_to_be() =>
        Assert.DoesNotContain(_engine.Plan(Engine.Load(Shop), new() { Starts = false }).Steps, step => step.Action is StepAction.StartContainer or StepAction.WaitHealthy);

    [Fact]
    public void A_wait_that_does_not_matter_is_marked()
    {
        ConvergencePlan plan = _engine.Plan(Engine.Load("services: {a: {image: base}, b: {image: base, depends_on: {a: {condition: service_healthy, required: false}}}}"));
        Assert.False(Assert.Single(plan.Steps, step => step.Action == StepAction.WaitHealthy).IsRequired);
    }

    [Fact]
    public void Waiting_for_all_waits_for_each()
    {
        ConvergencePlan plan = _engine.Plan(Engine.Load(Shop), new() { Waits = true });
        Assert.Equal(["db", "web"], plan.Steps.Where(step => step.Action == StepAction.WaitRunning).Select(step => step.Key).Order());
        Assert.Equal("setup", Assert.Single(plan.Steps, step => step.Action == StepAction.WaitCompleted).Key);
    }

    [Theory]
    [InlineData(true, "RemoveContainer {0}_shop-a-1", "KeepContainer shop-a-1")]
    [InlineData(false, "RenameContainer shop-a-1", "StartContainer shop-a-1")]
    public void What_an_interrupted_command_left_is_put_right(bool isOldThere, string first, string second)
    {
        ComposeProject project = Engine.Load("services: {a: {image: base}}");
        _engine.Up(project);
        Observing.ObservedContainer old = _engine.Containers[0];
        _engine.Containers.Add(new(new()
        {
            Id = new string('f', 64),
            Created = 1,
            Names = [$"/{old.Id[..12]}_shop-a-1"],
            Labels = old.Summary.Labels,
            State = "created",
            NetworkSettings = old.Summary.NetworkSettings,
        }));
        if (!isOldThere)
        {
            _engine.Containers.Remove(old);
        }

        Assert.Equal([string.Format(null, first, old.Id[..12]), second], Engine.Texts(_engine.Plan(project)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Of_two_that_have_each_others_ids_in_their_names_one_goes(long created)
    {
        ComposeProject project = Engine.Load("services: {a: {image: base}}");
        _engine.Up(project);
        Observing.ObservedContainer old = _engine.Containers[0];
        string id = new('f', 64);
        old.Summary.Names = [$"/{id[..12]}_shop-a-1"];
        _engine.Containers[0] = new(old.Summary);
        _engine.Containers.Add(new(new()
        {
            Id = id, Created = created, Names = [$"/{old.Id[..12]}_shop-a-1"], Labels = old.Summary.Labels, State = "created", NetworkSettings = old.Summary.NetworkSettings,
        }));
        ConvergencePlan plan = _engine.Plan(project);
        Assert.Equal(id, Assert.Single(plan.Steps, step => step.Action == StepAction.RemoveContainer).Container!.Id);
        Assert.Equal(old.Id, Assert.Single(plan.Steps, step => step.Action == StepAction.RenameContainer).Container!.Id);
    }

    [Fact]
    public void A_start_waits_until_its_port_is_free()
    {
        _engine.Up(Engine.Load("services: {a: {image: base, ports: ['1:9']}, b: {image: base, ports: ['2:9']}, gone: {image: base, ports: ['3:9']}}"));
        ConvergencePlan plan = _engine.Plan(Engine.Load("services: {a: {image: base, ports: ['2:9']}, b: {image: base, ports: ['1:9'], depends_on: [a]}, c: {image: base, ports: ['3:9']}}"), new() { RemovesOrphans = true });
        PlanStep Of(StepAction action, string name) => Assert.Single(plan.Steps, step => step.Action == action && step.Name == name);
        Assert.Contains(Of(StepAction.RecreateContainer, "shop-b-1").Id, Of(StepAction.StartContainer, "shop-a-1").After);
        Assert.Contains(Of(StepAction.RecreateContainer, "shop-a-1").Id, Of(StepAction.StartContainer, "shop-b-1").After);
        Assert.Contains(Of(StepAction.RemoveContainer, "shop-gone-1").Id, Of(StepAction.StartContainer, "shop-c-1").After);
    }

    [Fact]
    public void What_is_left_over_goes_before_another_gets_its_name()
    {
        _engine.Up(Engine.Load("services: {a: {image: base}}"));
        Observing.ObservedContainer old = _engine.Containers[0];
        _engine.Containers.Add(new(new()
        {
            Id = new string('f', 64), Created = 1, Names = [$"/{old.Id[..12]}_shop-a-1"], Labels = old.Summary.Labels, State = "created", NetworkSettings = old.Summary.NetworkSettings,
        }));
        ConvergencePlan plan = _engine.Plan(Engine.Load("services: {a: {image: base, user: nobody}}"));
        PlanStep removal = Assert.Single(plan.Steps, step => step.Action == StepAction.RemoveContainer), recreate = Assert.Single(plan.Steps, step => step.Action == StepAction.RecreateContainer);
        Assert.Contains(removal.Id, recreate.After);
    }
}
