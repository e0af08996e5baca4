namespace Kanban.Bus.Board.Admission;

public static class AdmissionFeature
{
    public static IServiceCollection AddAdmission(this IServiceCollection services) => services;

    public static void MapAdmission(this RouteGroupBuilder api)
    {
    }
}
