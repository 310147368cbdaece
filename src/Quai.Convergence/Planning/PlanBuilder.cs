namespace Quai.Convergence.Planning;

/// <summary>Collects the steps of a plan, whose order may still be added to.</summary>
internal sealed class PlanBuilder
{
    private readonly List<PlanStep> _steps = [];
    private readonly List<HashSet<int>> _after = [];

    /// <summary>What is odd.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<PlanStep> Steps => _steps;

    /// <summary>Adds a step; its number is given to it.</summary>
    /// <returns>The number.</returns>
    public int Add(PlanStep step, params IEnumerable<int> after)
    {
        int id = _steps.Count;
        _steps.Add(step with { Id = id });
        _after.Add([.. after]);
        return id;
    }

    /// <summary>Has a step wait for others.</summary>
    public void Order(int step, IEnumerable<int> after) => _after[step].UnionWith(after.Where(other => other != step));

    /// <summary>The steps, numbered so that each comes after those that it needs.</summary>
    /// <exception cref="ConvergenceException">Steps wait for one another.</exception>
    public IReadOnlyList<PlanStep> Done()
    {
        int[] numbers = new int[_steps.Count];
        Array.Fill(numbers, -1);
        List<int> order = [];
        while (order.Count < _steps.Count)
        {
            int next = Enumerable.Range(0, _steps.Count).FirstOrDefault(id => numbers[id] < 0 && _after[id].All(other => numbers[other] >= 0), -1);
            if (next < 0)
            {
                throw new ConvergenceException($"the services depend on one another in a circle: {string.Join(", ", Enumerable.Range(0, _steps.Count).Where(id => numbers[id] < 0).Select(id => _steps[id].Name).Distinct())}");
            }

            numbers[next] = order.Count;
            order.Add(next);
        }

        return [.. order.Select(id => _steps[id] with { Id = numbers[id], After = [.. _after[id].Select(other => numbers[other]).Order()] })];
    }
}
