using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What people change about a gateway's probe and cap.</summary>
internal static class GatewayEdits
{
    public static IEnumerable<ProblemError> WhyNot(CreatePool request) => request.Probe is not null
        ? []
        : GatewayRules.WithoutProbe(
            ("address", request.Address is not null), ("key", request.Key is not null), ("query", request.Query is not null),
            ("overloadAbove", request.OverloadAbove is not null), ("healthyBelow", request.HealthyBelow is not null));

    public static IEnumerable<ProblemError> WhyNot(Pool pool, EditPool edit, bool probeGiven) => (probeGiven ? edit.Probe is not null : pool.Gateway is not null)
        ? []
        : GatewayRules.WithoutProbe(
            ("address", edit.Address is not null), ("key", edit.Key is not null), ("query", edit.Query is not null),
            ("overloadAbove", edit.OverloadAbove is not null), ("healthyBelow", edit.HealthyBelow is not null), ("hold", edit.Hold is true));

    public static Gateway? Of(CreatePool request, DateTimeOffset now) => request.Probe is not { } probe ? null : new Gateway
    {
        Pool = request.Name,
        Probe = probe,
        Address = request.Address,
        KeyName = request.Key,
        Query = request.Query,
        OverloadAbove = request.OverloadAbove,
        HealthyBelow = request.HealthyBelow,
        NextAt = now,
    };

    /// <summary>Puts the controller where a new pool begins.</summary>
    public static Pool Begin(this Pool pool)
    {
        if (pool.Gateway is { } gateway && pool.Capacity is { } capacity)
            gateway.Cap = Within(pool, capacity);
        return pool;
    }

    /// <summary>Call it when capacity, floor and ceiling are as they are to be.</summary>
    public static void Apply(Pool pool, MergePatch<EditPool> patch, Changes changes, DateTimeOffset now)
    {
        var edit = patch.Value;
        if (patch.Has(nameof(edit.Probe)))
            changes.Set("probe", pool.Gateway?.Probe, edit.Probe, probe => pool.Gateway = probe is null ? null : Probed(pool, probe.Value));
        if (pool.Gateway is not { } gateway)
            return;
        if (patch.Has(nameof(edit.Address)))
            changes.Set("address", gateway.Address, edit.Address, value => gateway.Address = value);
        if (patch.Has(nameof(edit.Key)))
            changes.Set("key", gateway.KeyName, edit.Key, value => gateway.KeyName = value);
        if (patch.Has(nameof(edit.Query)))
            changes.Set("query", gateway.Query, edit.Query, value => gateway.Query = value);
        if (patch.Has(nameof(edit.OverloadAbove)))
            changes.Set("overloadAbove", gateway.OverloadAbove, edit.OverloadAbove, value => gateway.OverloadAbove = value);
        if (patch.Has(nameof(edit.HealthyBelow)))
            changes.Set("healthyBelow", gateway.HealthyBelow, edit.HealthyBelow, value => gateway.HealthyBelow = value);
        Hold(pool, gateway, patch, changes);
        if (!changes.Any)
            return;
        gateway.Turn++;
        gateway.NextAt = now;
    }

    private static void Hold(Pool pool, Gateway gateway, MergePatch<EditPool> patch, Changes changes)
    {
        var capped = patch.Has(nameof(EditPool.Capacity));
        // Held without a number, it stays where it stands.
        if (patch.Value.Hold is true && !gateway.Held && !capped)
            changes.Set("capacity", pool.Capacity, Within(pool, gateway.Cap), value => pool.Capacity = value);
        // The controller goes on from what a person said.
        if ((capped || gateway.Held && patch.Value.Hold is false) && pool.Capacity is { } capacity && Within(pool, capacity) is var cap)
            changes.Set("cap", gateway.Cap, cap, value => (gateway.Cap, gateway.CalmSince, gateway.Lowered) = (value, null, null));
        if (patch.Has(nameof(EditPool.Hold)))
            changes.Set("hold", gateway.Held, patch.Value.Hold is true, value => gateway.Held = value);
    }

    /// <summary>Another kind of probe tells other things: what was learnt by the one before says nothing of them.</summary>
    private static Gateway Probed(Pool pool, ProbeKind probe)
    {
        var gateway = pool.Gateway ?? new Gateway { Pool = pool.Name, Cap = Within(pool, pool.Capacity ?? 0) };
        gateway.Probe = probe;
        gateway.Controller = new ControllerState(gateway.Cap, gateway.Stable);
        (gateway.Signals, gateway.ProbedAt) = (null, null);
        return gateway;
    }

    private static int Within(Pool pool, int cap)
    {
        var (floor, ceiling) = Gateway.Bounds(pool);
        // What contradicts itself is refused afterwards.
        return Math.Clamp(cap, Math.Min(floor, ceiling), ceiling);
    }
}
