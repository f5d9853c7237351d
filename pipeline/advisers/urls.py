from django.urls import path

from pipeline.advisers import home

app_name = "advisers"

urlpatterns = [path("", home.home, name="home")]
