using Quai.Compose.Model.Deploying;

namespace Quai.Convergence.Planning.Updating;

/// <summary>Groups a service's updates: a group begins when the one before it is done.</summary>
/// <param name="builder">The plan.</param>
/// <param name="policy">The service's update policy.</param>
internal sealed class UpdateGroups(PlanBuilder builder, UpdatePolicy policy)
{
    private readonly List<int> _steps = [];

    /// <summary>The group of the next step.</summary>
    public int Next => Size == 0 ? 0 : _steps.Count / Size;

    // As in Docker: one at a time if nothing is said, all at once for 0.
    private int Size => (int)Math.Clamp(policy.Parallelism ?? 1, 0, int.MaxValue);

    /// <summary>Adds a step, which waits for the group before it.</summary>
    public void Add(int step)
    {
        if (Next > 0)
        {
            builder.Order(step, _steps.Skip((Next - 1) * Size).Take(Size));
        }

        _steps.Add(step);
    }
}
