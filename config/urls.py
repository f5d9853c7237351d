from django.urls import include, path

from pipeline.desk import preferences, telling
from pipeline.public import signup

urlpatterns = [
    path("", preferences.home, name="home"),
    path("look", preferences.look, name="look"),
    path("language", preferences.language, name="language"),
    path("telling", telling.telling, name="telling"),
    path("demonstration/person", preferences.demo_switch, name="demo_switch"),
    path("demonstration/day", preferences.demo_day, name="demo_day"),
    path("desk/", include("pipeline.desk.urls")),
    path("accounts/", include("allauth.urls")),
    path("signup", signup.signup, name="signup"),
    path("portal/", include("pipeline.portal.urls")),
    path("coach/", include("pipeline.advisers.urls")),
    path("notices/", include("pipeline.public.urls")),
    path("", include("pipeline.api.urls")),
]
